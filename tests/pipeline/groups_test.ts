/** Results by group of windows: hand-made ranks of slices that are counted by hand. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import type { Windows } from "../../src/data/types.ts";
import type { ExperimentRun } from "../../src/pipeline/experiment.ts";
import { groupsOf } from "../../src/pipeline/groups.ts";
import type { Prepared } from "../../src/pipeline/prepare.ts";
import type { RunResult } from "../../src/reporting/types.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { handAudited } from "../evaluation/sliced_by_hand.ts";

const { data, evaluated } = handAudited();
const prepared = { data, evaluated } as unknown as Prepared;

/** Ranks on T of ann's window, whose target S does not have, and of bob's; elsewhere every target is first. */
const RANKS: readonly { readonly label: string; readonly seed: number; readonly test: readonly [number, number] }[] = [
  { label: "base", seed: 1, test: [1, 3] },
  { label: "RAIE", seed: 1, test: [11, 1] },
  { label: "base", seed: 2, test: [20, 20] },
  { label: "RAIE", seed: 2, test: [3, 3] },
];

function groups(measure: string, withRegions = true) {
  const spec = parseSpec(
    JSON.stringify({
      name: "made-up",
      dataset: "movielens-100k",
      backbone: { kind: "sasrec" },
      methods: ["base", { kind: "raie", label: "RAIE" }],
      seeds: [1, 2],
      evaluation: { cutoffs: [10] },
      report: { measure },
    }),
    "a.json",
  ).resolved;
  const ranked = (windows: Windows, ranks: readonly number[]) => ({
    slice: "",
    windows,
    read: () => ({
      greater: Int32Array.from({ length: windows.count }, (_, row) => (ranks[row] ?? 1) - 1),
      equal: new Int32Array(windows.count),
      top: new Int32Array(0),
    }),
  });
  const after = ["R1", "R2"].map((name) => ({ name }));
  const run = {
    runs: RANKS.map(({ label, seed, test }) => ({
      spec: spec.methods.find((method) => method.label === label)!,
      seed,
      states: [{
        stage: "F1",
        ranks: evaluated.map(({ name, windows }) => ranked(windows, name === "T" ? test : [])),
      }],
      // With seed 2 all windows lie in the other region, but the report draws those of seed 1.
      ...(label === "RAIE" && withRegions && {
        regions: { after },
        routes: Object.fromEntries(evaluated.map(({ name, windows }) => [
          name,
          Int32Array.from({ length: windows.count }, (_, row) => seed === 1 ? row % 2 : 1),
        ])),
      }),
    })),
  } as unknown as ExperimentRun;
  return groupsOf(
    spec,
    prepared,
    run,
    run.runs.map(({ spec: { label }, seed, regions }) => ({ label, seed, regions })) as RunResult[],
  );
}

const onTest = (found: ReturnType<typeof groups>, by: string) =>
  found.groups.filter((group) => group.slice === "T" && group.by === by).map(({ name, windows, users, measures }) => ({
    name,
    windows,
    users,
    measures,
  }));

describe("groupsOf()", () => {
  it("gives each group's measures of every run, in the order of the runs", () => {
    const found = groups("Recall@10");
    assert.equal(found.popularItems, 5);
    assert.deepEqual(onTest(found, "user"), [
      // NDCG@10 of rank 3 is 1/2: means over the two windows.
      { name: "known", windows: 2, users: 2, measures: { "Recall@10": [1, .5, 0, 1], "NDCG@10": [.75, .5, 0, .5] } },
    ]);
    assert.deepEqual(onTest(found, "target"), [
      { name: "popular", windows: 1, users: 1, measures: { "Recall@10": [1, 1, 0, 1], "NDCG@10": [.5, 1, 0, .5] } },
      { name: "unseen", windows: 1, users: 1, measures: { "Recall@10": [1, 0, 0, 1], "NDCG@10": [1, 0, 0, .5] } },
    ]);
  });

  it("tells the regions of the run that the report draws, for the runs of all seeds and methods", () => {
    const found = groups("Recall@10");
    assert.deepEqual(found.regions, { label: "RAIE", seed: 1 });
    assert.deepEqual(
      onTest(found, "region").map(({ name, windows, measures }) => [name, windows, measures["Recall@10"]]),
      [
        ["R1", 1, [1, 0, 0, 1]],
        ["R2", 1, [1, 1, 0, 1]],
      ],
    );
  });

  it("has no regions where no method keeps any", () => {
    const found = groups("Recall@10", false);
    assert.equal("regions" in found, false);
    assert.deepEqual(onTest(found, "region"), []);
  });

  it("has groups of S and F too, but no users of S, who are all known", () => {
    assert.deepEqual(
      groups("Recall@10", false).groups.map(({ slice, by, name, windows }) => `${slice} ${by} ${name} ${windows}`),
      [
        "S target popular 2",
        "S target rare 6",
        "F1 user known 2",
        "F1 user new 1",
        "F1 target popular 3",
        "T user known 2",
        "T target popular 1",
        "T target unseen 1",
      ],
    );
  });

  it("measures by the report's measure and its counterpart", () => {
    const measures = (measure: string) => Object.keys(groups(measure).groups[0]!.measures);
    assert.deepEqual(measures("NDCG@10"), ["NDCG@10", "Recall@10"]);
    assert.deepEqual(measures("coverage@10"), ["Recall@10", "NDCG@10"]);
    assert.deepEqual(measures("MRR"), ["MRR"]);
  });
});
