/** Specs gone wrong in what they say: other structures, other JSON, other options. */
import fc from "fast-check";
import { TOKENS } from "./damaged.ts";
import { at, leaves } from "./taken_up.ts";
import { FULL, SMALLEST } from "./specs.ts";
import { VALID } from "./valid.ts";

type Path = (string | number)[];
type Value = unknown;

const PATHS = VALID.map((spec) => pathsOf(spec));
const VALUES: readonly Value[] = VALID.flatMap((spec) => leaves(spec).map(([, value]) => value));

/** Values that somebody tried on some program before. */
const STRANGE: readonly Value[] = [
  ...[-1, 0, 0.5, 1, 2, 1e-12, 1e9, 1e300, 2 ** 31, 2 ** 32, 2 ** 53, -1e-320, 4294967296],
  ...[
    "",
    " ",
    "x",
    "lora",
    "base",
    "2001-02-30",
    "9999-12-31",
    "../../x",
    "a\u0000b",
    "\u202eabc",
    "\ud800",
    "__proto__",
  ],
  ...[null, true, false, [], {}, [[]], [null], { kind: "raie" }, { kind: "bce", negatives: 2 }, ["base", "base"], [
    1,
    1,
  ]],
];
const KEYS = ["__proto__", "constructor", "kind", "label", "$ref", "default", "", "a/b~c", "seed", "lora", "K", "🙂"];

const strange = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: fc.constantFrom(...STRANGE) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

/** A change of one value, written so that it may hit any spec: `pick` chooses a path of those there are. */
type Edit =
  | { readonly kind: "scale"; readonly pick: number; readonly factor: number }
  | { readonly kind: "put" | "add"; readonly pick: number; readonly value: Value; readonly key: string }
  | { readonly kind: "delete" | "rename" | "repeat"; readonly pick: number; readonly key: string }
  | { readonly kind: "swap" | "borrow" | "own"; readonly pick: number; readonly other: number };

const pick = fc.nat(9999);
const key = fc.constantFrom(...KEYS);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("scale" as const), pick, factor: fc.constantFrom(0.5, 2, 3, -1, 1.01) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("put" as const, "add" as const), pick, value: strange, key }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("delete" as const, "rename" as const, "repeat" as const), pick, key }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("swap" as const, "borrow" as const, "own" as const),
      pick,
      other: pick,
    }),
  },
);

/** A valid spec with one to three values changed, as text: fields deleted, renamed, added, doubled, swapped, of other types and sizes. */
export const mutated: fc.Arbitrary<string> = fc.record({
  spec: fc.nat(VALID.length - 1),
  edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
  indent: fc.nat(3),
}).map(({ spec, edits, indent }) => {
  let value = structuredClone(VALID[spec]);
  for (const one of edits) value = edited(value, one);
  return JSON.stringify(value ?? null, null, indent);
});

function edited(spec: Value, edit: Edit): Value {
  const paths = pathsOf(spec);
  const path = paths[edit.pick % Math.max(1, paths.length)];
  if (path === undefined) return spec;
  switch (edit.kind) {
    case "scale": {
      const numbers = paths.filter((one) => typeof at(spec, one) === "number");
      const place = numbers[edit.pick % Math.max(1, numbers.length)] ?? path;
      const old = at(spec, place);
      const scaled = typeof old === "number" ? old * edit.factor : old;
      return replaced(spec, place, Number.isInteger(old) && edit.factor > 1 ? Math.round(Number(scaled)) : scaled);
    }
    case "put":
      return replaced(spec, path, edit.value);
    case "add":
      return replaced(spec, [...path, edit.key], edit.value);
    case "delete":
      return replaced(spec, path, undefined);
    case "rename": {
      const name = String(path.at(-1));
      const typo = edit.key.length % 2 === 0 ? edit.key : name.slice(0, -1) + name.slice(-2);
      return replaced(replaced(spec, path, undefined), [...path.slice(0, -1), typo], at(spec, path));
    }
    case "repeat": {
      const list = at(spec, path);
      return replaced(spec, path, Array.isArray(list) ? [...list, ...list] : [list, list]);
    }
    case "swap": {
      const other = paths[edit.other % paths.length]!;
      const [one, two] = [at(spec, path), at(spec, other)];
      return replaced(replaced(spec, path, two), other, one);
    }
    case "borrow": {
      // What another valid spec says at the same place or anywhere else, so that many stay valid.
      const lender = edit.other % VALID.length;
      const place = PATHS[lender]![edit.pick % PATHS[lender]!.length]!;
      return replaced(spec, place, at(VALID[lender], place));
    }
    case "own": {
      // What one valid spec says for all methods, said by one method of another.
      const shared = PATHS[2]!.filter(([section]) => section === "lora" || section === "regions");
      const place = shared[edit.pick % shared.length]!;
      const method = ["methods", String(edit.other % 5)];
      const kind = at(spec, method);
      const whole = typeof kind === "string" ? replaced(spec, method, { kind }) : spec;
      return replaced(whole, [...method, ...place], at(FULL, place));
    }
  }
}

/** Any JSON, alone or as a field of a valid spec. */
export const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 5 }),
  fc.tuple(fc.constantFrom(...Object.keys(FULL), "sweep", "search", "executor"), fc.jsonValue({ maxDepth: 4 })).map((
    [field, value],
  ) => JSON.stringify({ ...SMALLEST, [field]: value }, null, 1)),
);

const known = VALID.flatMap((_, index) => PATHS[index]!).map((path) => path.join("."));
const words = fc.constantFrom(
  "methods",
  "0",
  "2",
  "lora",
  "regions",
  "training",
  "__proto__",
  "constructor",
  "dataset",
);
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...known) },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 40 }).map((all) => all.join(".")),
  },
);
const setting = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...VALUES).map((value) => typeof value === "string" ? value : JSON.stringify(value)),
  },
  { weight: 2, arbitrary: fc.constantFrom(...TOKENS, "[".repeat(200), "9".repeat(300), "x".repeat(3000)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);

/** A valid spec, with options that change it on the command line. */
export const overridden: fc.Arbitrary<{ readonly text: string; readonly set: readonly string[] }> = fc.record({
  text: fc.constantFrom(...VALID).map((spec) => JSON.stringify(spec)),
  set: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.tuple(path, setting).map(([one, value]) => `${one}=${value}`) },
      { weight: 1, arbitrary: fc.string() },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

/** All paths of a value, the root left out. */
function pathsOf(value: Value): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsOf(child).map((path) => [key, ...path])]);
}

/** A copy with another value at a path, objects made where there are none; undefined deletes. */
function replaced(spec: Value, [key, ...rest]: Path, value: Value): Value {
  if (key === undefined) return value;
  const copy: Record<string, Value> | Value[] = Array.isArray(spec) ? [...spec] : { ...spec as object };
  const inner = replaced(at(spec, [key]), rest, value);
  if (inner === undefined) Array.isArray(copy) ? copy.splice(Number(key), 1) : delete copy[key];
  else Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true });
  return copy;
}
