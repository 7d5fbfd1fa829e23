import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { Ajv2020 } from "ajv/dist/2020.js";
import { DataError } from "../../src/data/errors.ts";
import schema from "../../src/reporting/results.schema.json" with { type: "json" };
import { readResults, settled, writeResults } from "../../src/reporting/results_file.ts";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import type { Results } from "../../src/reporting/types.ts";
import type { TransformerSpec } from "../../src/spec/types.ts";
import { withRegions } from "./made_regions.ts";
import { madeResults } from "./results_fixture.ts";

const inFolder = async (work: (dir: string) => Promise<void>) => {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
};

/** Results with one thing changed, addressed like a JSON pointer. */
function changed(path: string, value: unknown): Results {
  const results = structuredClone(settled(madeResults()));
  const keys = path.split("/").slice(1);
  let at = results as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = keys.at(-1)!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return results;
}

describe("results.schema.json", () => {
  it("is draft 2020-12, compiles under ajv's strict mode, and describes every property it names", () => {
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    assert.ok(new Ajv2020({ strict: true }).compile(schema));
    for (const [name, property] of Object.entries(schema.properties)) assert.ok(property.description, name);
    for (const [name, definition] of Object.entries(schema.$defs)) assert.ok(definition.description, name);
  });

  it("accepts results of one seed and of several, with and without regions and comparisons", () => {
    assert.deepEqual(resultsProblems(madeResults()), []);
    assert.deepEqual(resultsProblems(madeResults({ seeds: [1, 2, 3], slices: ["S", "F1", "F2", "T"] })), []);
    const comparison = {
      label: "base",
      slice: "T",
      measure: "Recall@10",
      ours: .1,
      seeds: 1,
      theirs: .1,
      z: 0,
      source: "x",
    };
    assert.deepEqual(resultsProblems(madeResults({ change: { comparisons: [comparison] } })), []);
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["/version", 2, /^\/version: must be equal to constant \(1\)$/],
    ["/unknown", 1, /must NOT have additional properties \("unknown"\)/],
    ["/provenance", undefined, /must have required property 'provenance'/],
    ["/runs", [], /^\/runs: must NOT have fewer than 1 items/],
    ["/runs/0/measures/T", undefined, /must have required property 'T'/],
    ["/runs/0/measures/X", { "Recall@10": .1 }, /^\/runs\/0\/measures.*(pattern|property name)/],
    ["/runs/0/measures/T/Recall@10", 1.2, /must be <= 1/],
    ["/runs/0/measures/T/Recall@10", NaN, /must be number/],
    ["/runs/0/cost/steps", 1.5, /must be integer/],
    ["/runs/0/seed", "1", /must be integer/],
    ["/runs/0/continual/backwardTransfer", -2, /must be >= -1/],
    ["/runs/2/regions/edits/0/withheld", undefined, /must have required property 'withheld'/],
    ["/data/slices/2/droppedWindows", 1.5, /must be integer/],
    ["/data/retention", "some", /must be equal to one of the allowed values/],
    ["/data/files/0/sha256", "abc", /must match pattern/],
    ["/runs/1/loss/0/steps", [1], /^\/runs\/1\/loss\/0\/values: has 40 entries, wanted 1$/],
    ["/runs/2/regions/routing/T", [1, 2], /^\/runs\/2\/regions\/routing\/T: has 2 entries, wanted 4$/],
    ["/runs/2/regions/map/y", [], /^\/runs\/2\/regions\/map\/y: has 0 entries, wanted 450$/],
    ["/runs/2/regions/map/before", [0], /^\/runs\/2\/regions\/map\/before: has 1 entries, wanted 450$/],
    ["/runs/2/regions/map/centres/before", [], /centres\/before: has 0 entries, wanted 3$/],
    ["/runs/2/regions/map/centres/after", [], /centres\/after: has 0 entries, wanted 4$/],
    ["/runs/2/regions/map/centres/after/0/x", undefined, /must have required property 'x'/],
    ["/runs/2/regions/flows/0/counts/1", [1], /counts\/1: has 1 entries, wanted 4$/],
  ];
  for (const [path, value, message] of wrong) {
    it(`refuses ${path} = ${JSON.stringify(value)}`, () => {
      const problems = resultsProblems(changed(path, value));
      assert.ok(problems.some((problem) => message.test(problem)), problems.join("; "));
    });
  }

  it("accepts maps of versions that know neither regions before F nor centres", () => {
    const old = withRegions(madeResults(), ({ map: { before: _before, centres: _centres, ...map }, ...regions }) => ({
      ...regions,
      map,
    }));
    assert.deepEqual(resultsProblems(old), []);
  });

  it("names at most five problems and counts the rest", () => {
    assert.equal(resultsProblems({}).length, 6);
    assert.match(resultsProblems({}).at(-1) ?? "", /^and \d+ more$/);
  });
});

describe("writeResults()", () => {
  it("writes what readResults() reads, from the folder or the file", async () => {
    await inFolder(async (dir) => {
      const results = madeResults({ seeds: [1, 2] });
      await writeResults(join(dir, "new"), results);
      assert.deepEqual(await readResults(join(dir, "new")), settled(results));
      assert.deepEqual(await readResults(join(dir, "new", "results.json")), settled(results));
    });
  });

  it("rounds figures to six decimals but leaves the spec alone", async () => {
    await inFolder(async (dir) => {
      const { spec, ...rest } = madeResults();
      const exact = { ...spec, backbone: { ...spec.backbone as TransformerSpec, layerNormEps: 1e-12 } };
      await writeResults(dir, { ...rest, spec: exact, durations: [{ stage: "x", seconds: 1 / 3 }] });
      const read = await readResults(dir);
      assert.equal(read.durations[0]?.seconds, .333333);
      assert.equal((read.spec.backbone as TransformerSpec).layerNormEps, 1e-12);
    });
  });

  it("writes the same bytes whatever the order of keys, with two spaces and plain lists on one line", async () => {
    await inFolder(async (dir) => {
      const results = madeResults();
      const reversed = Object.fromEntries(Object.entries(results).reverse()) as unknown as Results;
      await writeResults(join(dir, "a"), results);
      await writeResults(join(dir, "b"), reversed);
      const [a, b] = [
        await Deno.readTextFile(join(dir, "a", "results.json")),
        await Deno.readTextFile(join(dir, "b", "results.json")),
      ];
      assert.equal(a, b);
      assert.match(a, /^\{\n {2}"\$schema": .*\n {2}"version": 1,\n/);
      assert.match(a, /\n {4}"borders": \[883390000, 888200000\],\n/);
      assert.ok(a.endsWith("}\n"));
    });
  });

  it("writes nothing when results are wrong", async () => {
    await inFolder(async (dir) => {
      await assert.rejects(writeResults(dir, changed("/runs/0/measures/T/Recall@10", NaN)), {
        name: "TypeError",
        message: /Cannot write results.json: \/runs\/0\/measures\/T\/Recall@10: must be number/,
      });
      assert.deepEqual([...Deno.readDirSync(dir)], []);
    });
  });
});

describe("readResults()", () => {
  const refuses = (text: string, message: RegExp) =>
    inFolder(async (dir) => {
      await Deno.writeTextFile(join(dir, "results.json"), text);
      await assert.rejects(readResults(dir), (error) =>
        error instanceof DataError && message.test(error.message) && error.file !== undefined);
    });

  it("says that there is no such file", async () => {
    await inFolder((dir) =>
      assert.rejects(readResults(dir), { name: "DataError", message: /there is no such file; "run" writes it/ })
    );
  });
  it("says that a file is no JSON", () => refuses("{", /it is no JSON/));
  it("says where a file does not fit the schema", () =>
    refuses(JSON.stringify(changed("/version", 7)), /\/version: must be equal to constant/));
  it("says that a list is no results", () => refuses("[]", /the whole: must be object/));
});
