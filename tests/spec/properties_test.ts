import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { canonicalJson, specDigest } from "../../src/spec/canonical.ts";
import { SpecError } from "../../src/spec/issue.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { editDistance } from "../../src/spec/nearest.ts";
import { pathOf, pointerOf } from "../../src/spec/json.ts";
import { RICH } from "./specs.ts";

/** Either a resolved spec that is plain JSON, or a SpecError with a place and a reason for each problem. */
function judged(text: string, set: readonly string[] = []): void {
  try {
    for (const spec of parseExperiment(text, "a.json", { set }).specs) {
      assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
      canonicalJson(spec);
    }
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    assert.ok(error.issues.length > 0);
    for (const { pointer, line, column, message, option, excerpt } of error.issues) {
      assert.ok(message.length > 10 && !message.includes("undefined"), message);
      assert.ok(pointer === "" || pointer.startsWith("/"));
      assert.ok(option !== undefined || (line > 0 && column > 0 && excerpt.length > 0));
    }
    assert.ok(!error.message.includes("\n    at "), error.message);
  }
}

/** All paths of a value, the root left out. */
function paths(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...paths(child).map((path) => [key, ...path])]);
}

function changed(value: unknown, path: readonly (string | number)[], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...value as Record<string, unknown> };
  const record = copy as Record<string, unknown>;
  const next = changed(record[key], rest, change);
  if (next === undefined) delete record[key];
  else record[key] = next;
  return copy;
}

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(-1, 0, 1e308, 2 ** 53, 0.1, "", "sasrec", "lora", "2001-01-01", [], {}, null, { kind: "raie" }, {
    kind: "bce",
  }),
  fc.constant(undefined),
);

describe("parseSpec() on any input", () => {
  it("takes a mutated spec or refuses it with places and reasons, never otherwise", () => {
    const mutation = fc.tuple(fc.constantFrom(...paths(RICH)), strange);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        let spec: unknown = RICH;
        for (const [path, value] of mutations) {
          const whole = path.slice(0, -1).every((_, index) => typeof at(spec, path.slice(0, index + 1)) === "object");
          if (whole && at(spec, path.slice(0, -1)) !== null) spec = changed(spec, path, () => value);
        }
        judged(JSON.stringify(spec, null, 1));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses a spec whose text was damaged, or still understands it", () => {
    const text = JSON.stringify(RICH, null, 1);
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 4 }), (start, length, put) => {
        judged(text.slice(0, start) + put + text.slice(start + length));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses any other JSON and any other text", () => {
    fc.assert(fc.property(fc.json(), (text) => judged(text)), { numRuns: 200 });
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => judged(text)), { numRuns: 200 });
  });

  it("applies or refuses any option", () => {
    const part = fc.oneof(
      fc.constantFrom("methods", "1", "regions", "k", "dataset", "gate", "kind", "seeds", "0"),
      fc.string({ maxLength: 5 }),
    );
    const option = fc.tuple(
      fc.array(part, { maxLength: 5 }),
      fc.oneof(fc.json({ maxDepth: 1 }), fc.string({ maxLength: 6 })),
    )
      .map(([path, value]) => `${path.join(".")}=${value}`);
    fc.assert(fc.property(fc.array(option, { maxLength: 3 }), (set) => judged(JSON.stringify(RICH), set)), {
      numRuns: 300,
    });
  });

  it("never accepts a field that it does not know", () => {
    const places = [[], ...paths(RICH).filter((path) => isPlainObject(at(RICH, path)))];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.string({ minLength: 1 }), (place, name) => {
        const spec = changed(RICH, place, (old) => ({ ...old as object, [`${name}?`]: 1 }));
        assert.throws(() => parseSpec(JSON.stringify(spec), "a.json"), SpecError);
      }),
      { numRuns: 200 },
    );
  });
});

describe("canonicalJson()", () => {
  it("does not depend on the order of keys", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const other = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(specDigest(other), specDigest(value));
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }));
  });

  it("refuses what JSON cannot hold", () => {
    for (const value of [NaN, Infinity, undefined, () => 1, { a: [undefined] }]) {
      assert.throws(() => canonicalJson(value), TypeError);
    }
  });

  it("names a value as SHA-256 of its text does", () => {
    // printf '{"a":1}' | sha256sum
    assert.equal(specDigest({ a: 1 }), "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
  });
});

describe("editDistance()", () => {
  it("is zero for equal words alone, and symmetric", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      assert.equal(editDistance(a, b) === 0, a === b);
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
    }));
  });
});

describe("pointerOf()", () => {
  it("is undone by pathOf()", () => {
    fc.assert(fc.property(fc.array(fc.string()), (path) => assert.deepEqual(pathOf(pointerOf(path)), path)));
  });
});

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((here, key) => (here as Record<string | number, unknown> | undefined)?.[key], value);
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
