import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { closeness, dataObstacle, specObstacle } from "../../../src/reporting/review/comparable.ts";
import { drift } from "../../../src/reporting/review/drift.ts";
import { filesOf } from "../../../src/reporting/review/origins.ts";
import type { Results } from "../../../src/reporting/types.ts";
import { madeResults } from "../results_fixture.ts";

type Loose = { [key: string]: Loose } & { [index: number]: Loose };

/** The results with a figure changed. */
function changed(results: Results, path: readonly (string | number)[], to: unknown): Results {
  const copy = structuredClone(results);
  const last = path.slice(0, -1).reduce((at, key) => at[key as string]!, copy as unknown as Loose);
  (last as Record<string | number, unknown>)[path.at(-1)!] = to;
  return copy;
}

const EXACT = { kind: "exact", tolerance: 0, differing: [] } as const;
const within = (tolerance: number) => ({ kind: "tolerance", tolerance, differing: [] }) as const;
const { evidence: _, ...committed } = madeResults();

describe("drift()", () => {
  it("finds nothing between results and themselves, and says how many figures it held", () => {
    const { moved, held } = drift(committed, structuredClone(committed), EXACT);
    assert.deepEqual(moved, []);
    // 3 runs with 8 measures on 3 slices are 72 of them; a map of 450 points has four figures a point.
    assert.ok(held > 72 + 4 * 450, `${held}`);
    assert.ok(drift(committed, committed, within(0)).held < held);
  });

  it("does not mind seconds, words, versions and the order of runs", () => {
    const other = structuredClone(committed) as Results & { runs: Results["runs"][number][] };
    other.runs.reverse();
    for (
      const [path, to] of [
        [["runs", 0, "cost", "seconds"], 9],
        [["durations"], []],
        [["data", "title"], "another name"],
        [["provenance", "raie"], "9.9.9"],
        [["spec", "title"], "another title"],
      ] as const
    ) {
      assert.deepEqual(drift(committed, changed(other, path, to), EXACT).moved, [], path.join("."));
    }
  });

  it("tells a measure's difference in standard errors of a share of the slice's windows", () => {
    // By hand: base has .0879 on 1820 windows of T; sqrt(.0879 x .9121 / 1820) = .006637.
    const found = changed(committed, ["runs", 0, "measures", "T", "Recall@10"], .0879 - .006637);
    const [only, ...others] = drift(committed, found, EXACT).moved;
    assert.deepEqual(others, []);
    assert.equal(only?.place, "runs[base, seed 1].measures.T.Recall@10");
    assert.deepEqual([only.committed, only.found, only.verdict], [.0879, .0879 - .006637, "drift"]);
    assert.ok(Math.abs(only.difference! + .006637) < 1e-9);
    assert.ok(Math.abs(only.errors! - 1) < 1e-3, `${only.errors}`);
  });

  it("takes standard errors from intervals over users where there are any", () => {
    // By hand: an interval .0392 wide is 2 x 1.96 standard errors of .01.
    const intervals = { "Recall@10": [.07, .1092] } as const;
    const figure = { label: "base", slice: "T", seeds: [1], users: 300, intervals };
    const evidence = {
      resamples: 10_000,
      test: "permutation",
      measure: "Recall@10",
      figures: [figure],
      differences: [],
      best: [],
    };
    const before = { ...committed, evidence } as Results;
    const [only] = drift(before, changed(before, ["runs", 0, "measures", "T", "Recall@10"], .0979), EXACT).moved;
    assert.ok(Math.abs(only!.errors! - 1) < 1e-9, `${only!.errors}`);
  });

  const figures: readonly (readonly [string, readonly (string | number)[], unknown, string])[] = [
    ["a cost", ["runs", 1, "cost", "steps"], 100, "runs[lora, seed 1].cost.steps"],
    ["a region", ["runs", 2, "regions", "after", 0, "size"], 1, "runs[RAIE, seed 1].regions.after[R1].size"],
    [
      "a flow",
      ["runs", 2, "regions", "flows", 0, "counts", 0, 0],
      1,
      "runs[RAIE, seed 1].regions.flows[from S, to F1].counts",
    ],
    ["an edit", ["runs", 2, "regions", "edits", 0, "add"], 0, "runs[RAIE, seed 1].regions.edits[F1].add"],
    ["a loss", ["backbone", "loss", 0, "values", 3], 7, "backbone.loss[seed 1].values"],
    ["a count of the data", ["data", "slices", 2, "windows"], 7, "data.slices[T].windows"],
    ["a transfer", ["runs", 1, "continual", "average"], .7, "runs[lora, seed 1].continual.average"],
  ];
  for (const [what, path, to, place] of figures) {
    it(`finds ${what} that moved`, () => {
      const { moved } = drift(committed, changed(committed, path, to), EXACT);
      assert.deepEqual(moved.map((each) => [each.place, each.verdict]), [[place, "drift"]]);
    });
  }

  it("holds the audit's counts, on every engine, and not its words", () => {
    const entry = {
      name: "new-items F1",
      kind: "fact",
      statement: "items are new",
      looked: 90,
      unit: "items",
      found: 7,
    };
    const audited: Results = { ...committed, audit: [{ ...entry, kind: "fact" }] };
    assert.deepEqual(drift(audited, changed(audited, ["audit", 0, "statement"], "other words"), EXACT).moved, []);
    for (const how of [EXACT, within(1)]) {
      const { moved } = drift(audited, changed(audited, ["audit", 0, "found"], 8), how);
      assert.deepEqual(moved.map(({ place, verdict }) => [place, verdict]), [["audit[new-items F1].found", "drift"]]);
    }
  });

  it("does not hold a section that the committed results were written too early to have", () => {
    const audited = { ...committed, audit: [], later: { figure: 1 } };
    assert.deepEqual(drift(committed, audited, EXACT).moved, []);
    assert.deepEqual(drift(audited, committed, EXACT).moved.map(({ place }) => place).sort(), ["audit", "later"]);
  });

  it("finds a run that is missing, once, and a method that failed meanwhile", () => {
    const failures = [{ method: "raie", label: "RAIE", seed: 1, reason: "it diverged" }];
    const found = { ...committed, runs: committed.runs.slice(0, 2), failures };
    const { moved } = drift(committed, found, EXACT);
    assert.deepEqual(moved.map(({ place }) => place).sort(), ["failures[RAIE, seed 1]", "runs[RAIE, seed 1]"]);
  });

  it("lets measures differ within a tolerance, and all else a training leaves; not what data and spec decide", () => {
    const tolerance = within(.001);
    const measure = (by: number) => changed(committed, ["runs", 1, "measures", "S", "Recall@10"], .1566 + by);
    const verdicts = (found: Results) => drift(committed, found, tolerance).moved.map(({ verdict }) => verdict);
    assert.deepEqual(verdicts(measure(.001)), ["tolerated"]);
    assert.deepEqual(verdicts(measure(-.0011)), ["drift"]);
    assert.deepEqual(verdicts(changed(committed, ["runs", 2, "regions", "after", 0, "size"], 1)), ["free"]);
    assert.deepEqual(verdicts(changed(committed, ["runs", 1, "cost", "steps"], 100)), ["free"]);
    assert.deepEqual(verdicts(changed(committed, ["data", "users"], 944)), ["drift"]);
    assert.deepEqual(verdicts(changed(committed, ["backbone", "parameters"], 1)), ["drift"]);
  });

  it("puts first what drifted, the largest difference in standard errors before all", () => {
    const small = changed(committed, ["runs", 0, "measures", "S", "MRR"], committed.runs[0]!.measures.S!.MRR! + .01);
    const large = changed(small, ["runs", 2, "measures", "T", "Recall@5"], .9);
    const free = changed(large, ["runs", 1, "cost", "steps"], 100);
    assert.deepEqual(drift(committed, free, within(.001)).moved.map(({ place }) => place), [
      "runs[RAIE, seed 1].measures.T.Recall@5",
      "runs[base, seed 1].measures.S.MRR",
      "runs[lora, seed 1].cost.steps",
    ]);
  });
});

describe("closeness()", () => {
  const here = committed.provenance;
  const tolerant = { ...committed.spec, reproduce: { tolerance: .02 } };

  it("is exact on the same rung, versions, device and threads, whatever the spec tolerates", () => {
    for (const spec of [committed.spec, tolerant]) {
      assert.deepEqual(closeness(committed, here, spec, undefined), EXACT);
    }
  });

  const others: readonly (readonly [string, typeof here])[] = [
    ["engine.rung", { ...here, engine: { ...here.engine, rung: "wasm" } }],
    ["engine.version", { ...here, engine: { ...here.engine, version: "tfjs 5" } }],
    ["engine.device", { ...here, engine: { ...here.engine, device: "NVIDIA H200" } }],
    ["engine.threads", { ...here, engine: { ...here.engine, threads: 8 } }],
    ["raie", { ...here, raie: "0.2.0" }],
    ["deno", { ...here, deno: "2.10.0" }],
  ];
  for (const [place, other] of others) {
    it(`is the spec's tolerance where ${place} is another, and nothing without one`, () => {
      const found = closeness(committed, other, tolerant, undefined);
      assert.ok("kind" in found);
      assert.deepEqual([found.kind, found.tolerance, found.differing.map((each) => each.place)], ["tolerance", .02, [
        place,
      ]]);
      const refused = closeness(committed, other, committed.spec, undefined);
      assert.ok("words" in refused);
      assert.equal(refused.what, "engine");
      assert.match(refused.words, /the spec has no reproduce\.tolerance.*--tolerance X/);
      assert.equal(/--engine tensorflow/.test(refused.words), place === "engine.rung");
    });
  }

  it("is what the command line asks for before all else, on the same engine too", () => {
    for (const provenance of [here, others[0]![1]]) {
      const found = closeness(committed, provenance, tolerant, .5);
      assert.ok("kind" in found);
      assert.deepEqual([found.kind, found.tolerance], ["tolerance", .5]);
    }
  });
});

describe("specObstacle() and dataObstacle()", () => {
  it("let pass what changes no figure", () => {
    const { spec } = committed;
    const other = {
      ...spec,
      title: "x",
      description: "y",
      engine: "wasm",
      reproduce: { tolerance: 1 },
      evaluation: { ...spec.evaluation, batch: 7 },
    } as const;
    assert.equal(specObstacle(committed, other), undefined);
    assert.equal(dataObstacle(committed, filesOf(committed)), undefined);
  });

  it("name what is another spec's, with both values", () => {
    const found = specObstacle(committed, { ...committed.spec, seeds: [2], minRating: 3 });
    assert.deepEqual(found?.differing, [
      { place: "minRating", values: [4, 3] },
      { place: "seeds", values: [[1], [2]] },
    ]);
  });

  it("name the file whose bytes are others, and one that is new", () => {
    const { files } = filesOf(committed);
    const other = [{ ...files[0]!, sha256: "1".repeat(64) }, { name: "more.data", bytes: 1, sha256: "2".repeat(64) }];
    assert.deepEqual(dataObstacle(committed, { files: other })?.differing.map(({ place }) => place), [
      "files[u.data].sha256",
      "files[more.data]",
    ]);
    const weights = { name: "w.safetensors", bytes: 1, sha256: "3".repeat(64) };
    assert.deepEqual(dataObstacle(committed, { files, weights })?.differing.map(({ place }) => place), ["weights"]);
  });
});
