import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import type { ExperimentRun, SliceRanks } from "../../src/pipeline/experiment.ts";
import type { Prepared } from "../../src/pipeline/prepare.ts";
import { resultsOf } from "../../src/pipeline/results.ts";
import type { Engine } from "../../src/engine/types.ts";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { windowsOf } from "../../src/data/window_rows.ts";

const NAMES = ["S", "F1", "F2", "T"];
/** Windows of every slice: as many as it takes to give measures of two decimals. */
const COUNT = 50;
const windows = windowsOf({
  context: 1,
  users: new Int32Array(COUNT),
  items: new Int32Array(2 * COUNT).fill(1),
  times: new Float64Array(2 * COUNT),
});

/** Ranks of which a share is 1 and the rest is beyond every cut-off: Recall@10 is the share. */
const ranked = (slice: string, share: number): SliceRanks => ({
  slice,
  windows,
  read: () => ({
    greater: Int32Array.from({ length: COUNT }, (_, row) => row < Math.round(share * COUNT) ? 0 : 99),
    equal: new Int32Array(COUNT),
    top: new Int32Array(COUNT * 10).fill(1),
  }),
});

function results(catalogue: "all" | "seen") {
  const { resolved } = parseSpec(
    JSON.stringify({
      name: "made-up",
      dataset: "movielens-100k",
      catalogue,
      slices: { setup: 0.4, finetune: [0.2, 0.2], test: 0.2 },
      backbone: { kind: "sasrec" },
      methods: ["lora"],
      evaluation: { cutoffs: [10] },
    }),
    "a.json",
  );
  const slice = (name: string) => ({ name, users: 1, items: 1, interactions: 2 });
  const prepared = {
    title: "Made up",
    interactions: 9,
    skippedLines: 0,
    notes: [],
    files: [],
    evaluated: NAMES.map((name, index) => ({ name, windows, from: index * COUNT })),
    data: {
      catalogue: { size: 200, ids: [] },
      userIds: ["1"],
      setup: { ...slice("S"), sequences: { users: Int32Array.of(0), items: Int32Array.of(1, 1) } },
      finetune: [slice("F1"), slice("F2")],
      test: { ...slice("T"), droppedWindows: 7 },
      borders: [1, 2, 3],
      positives: 9,
    },
  } as unknown as Prepared;
  // The matrix of the worked example in src/evaluation/continual.ts.
  const matrix = [[.5, .2, .1, .08], [.46, .4, .16, .1], [.42, .36, .44, .18]];
  const run: ExperimentRun = {
    runs: [{
      spec: resolved.methods[0]!,
      seed: 1,
      states: matrix.map((row, stage) => ({
        stage: NAMES[stage]!,
        ranks: row.map((share, index) => ranked(NAMES[index]!, share)),
      })),
      cost: { steps: 1, finetuneRows: 1, setupRows: 0, parameters: 1 },
      curves: [],
      seconds: 0,
    }],
    failures: [],
    backbones: [],
    parameters: 1,
    durations: [],
  };
  const engine = { rung: "wasm", version: "1", device: "cpu", threads: 1 } as Engine;
  return resultsOf(resolved, "0".repeat(64), prepared, run, engine);
}

describe("resultsOf()", () => {
  it("reads the measures of continual learning from the run's own matrix", () => {
    const made = results("all");
    assert.deepEqual(resultsProblems(made), []);
    const { average, forgetting, backwardTransfer, forwardTransfer } = made.runs[0]!.continual;
    // (.42 + .36 + .44) / 3; ((.50 - .42) + (.40 - .36)) / 2; ((.42 - .50) + (.36 - .40)) / 2; (0 + (.16 - .10) + (.18 - .08)) / 3.
    assert.deepEqual([average, forgetting!, backwardTransfer, forwardTransfer].map((value) => value.toFixed(4)), [
      "0.4067",
      "0.0600",
      "-0.0600",
      "0.0533",
    ]);
  });

  it("has an interval for every method and slice, and no test of one method alone", () => {
    const { evidence } = results("all");
    assert.deepEqual(evidence?.figures.map(({ label, slice, seeds, users }) => [label, slice, seeds, users]), [
      ["lora", "S", [1], 1],
      ["lora", "F1", [1], 1],
      ["lora", "F2", [1], 1],
      ["lora", "T", [1], 1],
    ]);
    // All windows are of one user, so that every resample is the same.
    assert.deepEqual(evidence?.figures[3]?.intervals["Recall@10"], [.18, .18]);
    assert.deepEqual(evidence?.differences, []);
  });

  it("says how many windows of T the catalogue of seen items left out", () => {
    assert.deepEqual(results("seen").data.slices.map(({ droppedWindows }) => droppedWindows), [
      undefined,
      undefined,
      undefined,
      7,
    ]);
    assert.equal("droppedWindows" in results("all").data.slices[3]!, false);
  });
});
