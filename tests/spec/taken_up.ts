/** What became of a spec's values: each has one place, or several, where the resolved spec must hold it. */
import { dirname, resolve } from "node:path";
import type { Json } from "../../src/spec/json.ts";
import type { ResolvedSpec } from "../../src/spec/types.ts";

type Path = readonly (string | number)[];
type Leaf = readonly [path: Path, value: unknown];

/** A value that stands for itself: text, number, true, false, null. Empty lists and objects say nothing. */
export function leaves(value: unknown, path: Path = []): Leaf[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((entry, index) => leaves(entry, [...path, index]));
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, [...path, key]));
}

/**
 * The paths of all values of an accepted spec that its resolved form does not hold at the place they belong to.
 *
 * None may be left. Then nothing is accepted and ignored: two accepted specs that differ in one value differ in their resolved forms
 * too, and the resolved form is all that a run, its stages' keys and its report read. Where the places are is written here by hand, from
 * the schema's descriptions, and not taken from the code under test. `$schema` alone has no place: it is for editors. That a run reads
 * what it is given is what idle_fields_test.ts is about.
 */
export function neglected(raw: Json, spec: ResolvedSpec, file: string): string[] {
  return leaves(raw).filter(([path, value]) => !isTakenUp(path, value, raw, spec, file)).map(([path, value]) =>
    `${path.join(".")} = ${JSON.stringify(value)}`
  );
}

function isTakenUp(path: Path, value: unknown, raw: Json, spec: ResolvedSpec, file: string): boolean {
  const [section, ...rest] = path;
  const holds = (...places: readonly unknown[]) => places.some((place) => Object.is(place, value));
  switch (section) {
    case "$schema":
      return true;
    case "dataset":
      return holds(datasetPlace(rest, value, spec, file));
    case "slices":
      return slicesHold(rest, value, spec);
    case "lora":
      return holds(
        ...readers(spec, ({ kind }) => !["base", "full", "ebpr"].includes(kind)).map(({ lora }) => at(lora, rest)),
      );
    case "regions":
      return holds(...readers(spec, ({ kind }) => kind === "raie").map(({ regions }) => at(regions, rest)));
    case "backbone":
      return path.length === 2 && ["weights", "checkpoint"].includes(String(rest[0]))
        ? at(spec, path) === resolve(dirname(file), String(value))
        : holds(at(spec, path));
    case "methods":
      return methodHolds(rest, value, raw, spec);
    case "evaluation":
      return rest[0] === "cutoffs" ? spec.evaluation.cutoffs.includes(value as number) : holds(at(spec, path));
    default:
      return holds(at(spec, path));
  }
}

function datasetPlace(path: Path, value: unknown, { dataset }: ResolvedSpec, file: string): unknown {
  if (path.length === 0) return dataset.id;
  if (path[0] === "path") return dataset.path === resolve(dirname(file), String(value)) ? value : undefined;
  const made = path[0] !== "format" && path[0] !== "badLines" ? dataset.synthetic ?? dataset.marginals : undefined;
  return at(made ?? dataset, path);
}

function slicesHold([name, index = 0]: Path, value: unknown, { slices }: ResolvedSpec): boolean {
  if (slices.kind === "fractions") {
    return (name === "finetune" ? slices.finetune[Number(index)] : at(slices, [name!])) === value;
  }
  const date = String(value);
  const instant = Date.parse(/T.*(Z|[+-]\d\d:\d\d)$|^[^T]*$/.test(date) ? date : `${date}Z`) / 1000;
  return (name === "finetune" ? slices.borders[Number(index)] : slices.borders.at(-1)) === instant;
}

function methodHolds([index, ...rest]: Path, value: unknown, raw: Json, spec: ResolvedSpec): boolean {
  // A control is no entry of the text.
  const method = spec.methods.filter(({ control }) => control === undefined)[Number(index)];
  if (method === undefined) return false;
  if (rest.length === 0) return method.kind === value;
  const written = at(raw, ["methods", index!]) as Record<string, unknown>;
  const { kind: _kind, label: _label, ...options } = written;
  const place = ["kind", "label", "lora", "regions"].includes(String(rest[0])) ? method : method.own;
  return JSON.stringify(method.options) === JSON.stringify(options) && Object.is(at(place, rest), value);
}

/** The methods that read a section; all, where none does: such a section waits for `--set methods=...`. */
function readers(spec: ResolvedSpec, reads: (method: ResolvedSpec["methods"][number]) => boolean) {
  const some = spec.methods.filter(reads);
  return some.length === 0 ? spec.methods : some;
}

/**
 * What an accepted text says and its value does not: a field written twice, digits rounded away, numbers become 0, -0 or infinite.
 * The text is read with regular expressions alone, so that no parser's habits are shared.
 */
export function lost(text: string, raw: Json): string[] {
  const bare = text.replace(/"(?:\\.|[^"\\])*"/gs, '""');
  const fields = bare.match(/:/g)?.length ?? 0;
  const numbers = bare.match(/-?\d[\d.eE+-]*/g) ?? [];
  return [
    ...(fields === fieldCount(raw) ? [] : [`${fields} fields are written, ${fieldCount(raw)} read`]),
    ...numbers.filter((written) => {
      const value = Number(written);
      const whole = /^-?\d+$/.test(written);
      const zero = !/[1-9]/.test(written.replace(/e.*/i, ""));
      return !Number.isFinite(value) || Object.is(value, -0) || (value === 0) !== zero ||
        Math.fround(value) === 0 && !zero ||
        whole && BigInt(written) !== BigInt(value);
    }),
  ];
}

function fieldCount(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner) => sum + fieldCount(inner), own);
}

/** The value at a path, or undefined. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, key) =>
      typeof here === "object" && here !== null && Object.hasOwn(here, key)
        ? (here as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}
