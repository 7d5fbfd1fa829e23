import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { allRows, joinRows } from "../../src/data/rows.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { Adapted } from "../../src/methods/types.ts";
import { entry, itKeepsPromises, type MethodRuns, openRuns } from "./method_runs.ts";
import { adaptFirst, assertShare, itAddsToLora, lossesOf, stepsOfF } from "./term_runs.ts";
import { allScores } from "../all_scores.ts";

const T = 2;

describe("lwf", () => {
  let runs: MethodRuns;
  beforeAll(async () => {
    runs = await openRuns();
  });
  afterAll(() => runs.close());

  /** Scores of all windows of the first F slice, [windows][items]. */
  async function scoresOnF(adapted: Adapted): Promise<number[][]> {
    const { windows } = runs.context.data.finetune[0]!;
    const scorer = await adapted.scorer(windows);
    const rows = Int32Array.from({ length: windows.count }, (_, row) => row);
    const values = tf.tidy(() => allScores(scorer, rows).dataSync());
    scorer.dispose();
    const items = values.length / windows.count;
    return Array.from(rows, (row) => Array.from(values.subarray(row * items, (row + 1) * items)));
  }
  /** KL(teacher || student) of softmaxed scores / T. */
  function divergence(teacher: number[], student: number[]): number {
    const logs = (scores: number[]) => {
      const normaliser = Math.log(scores.reduce((sum, score) => sum + Math.exp(score / T), 0));
      return scores.map((score) => score / T - normaliser);
    };
    const own = logs(student);
    return logs(teacher).reduce((sum, log, i) => sum + Math.exp(log) * (log - own[i]!), 0);
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  itKeepsPromises(() => runs, entry("lwf", { alpha: 20 }));
  itKeepsPromises(() => runs, entry("lwf", { candidates: "all" }));
  itAddsToLora(() => runs, "lwf", { alpha: 0 });
  itAddsToLora(() => runs, "lwf", { alpha: 0, candidates: "all" }, { candidates: "all" });

  it("takes lora's first step, and pays alpha T^2 KL(base || adapted), the mean over a batch, in the second", async () => {
    const { data } = runs.context;
    const [slice] = data.finetune;
    // One batch, so that both steps see the same rows; a rate at which a step can be told from rounding.
    const windows = joinRows([{ windows: slice!.windows, rows: allRows(32) }]);
    const plain = { ...stepsOfF(1), backboneDropout: 0, data: { ...data, finetune: [{ ...slice!, windows }] } };
    const lora = { dropout: 0, training: { learningRate: 0.05 } };
    const options = { lora, alpha: 3, temperature: T, candidates: "all" };
    const base = await adaptFirst(runs, "base");
    const first = await adaptFirst(runs, "lora", { lora }, plain);
    assert.deepEqual((await adaptFirst(runs, "lwf", options, plain)).adapter, first.adapter);
    const [teacher, student] = [await scoresOnF(base), await scoresOnF(first)];
    const wanted = 3 * T ** 2 * mean(
      teacher.map((scores, row) => divergence(scores, student[row]!)).slice(0, 32),
    );
    const two = { ...plain, ...stepsOfF(2) };
    const [, free] = lossesOf(await adaptFirst(runs, "lora", { lora }, two));
    const [, taught] = lossesOf(await adaptFirst(runs, "lwf", options, two));
    assertShare(taught! - free!, wanted, 1e-3);
  });

  for (const candidates of ["two", "all"]) {
    for (const loss of [{ kind: "bce", negatives: 1 }, { kind: "cross-entropy" }]) {
      it(`stays the nearer to the base's answers the larger alpha is: ${candidates}, ${loss.kind}`, async () => {
        const teacher = await scoresOnF(await adaptFirst(runs, "base"));
        const distance = async (alpha: number) => {
          const lora = { training: { loss } };
          const student = await scoresOnF(await adaptFirst(runs, "lwf", { lora, alpha, candidates }, stepsOfF(60)));
          return mean(teacher.map((scores, row) => divergence(scores, student[row]!)));
        };
        const [none, some, much] = [await distance(0), await distance(5), await distance(1000)];
        assert.ok(some < 0.95 * none, `${some} and ${none}`);
        assert.ok(much < 0.5 * none, `${much} and ${none}`);
      });
    }
  }

  it("is taught by the base on later slices too, not by what it was before", async () => {
    const lora = { training: { learningRate: 0.01 } };
    const [first] = await runs.adaptAll(entry("lora", { lora }), stepsOfF(60));
    const teacher = await scoresOnF(await adaptFirst(runs, "base"));
    const distance = async (state: Adapted) => {
      const student = await scoresOnF(state);
      return mean(teacher.map((scores, row) => divergence(scores, student[row]!)));
    };
    const context = { ...runs.context, ...stepsOfF(60) };
    const taught = createMethod(entry("lwf", { lora, alpha: 1000, candidates: "all" }));
    const further = await taught.adapt(first, context.data.finetune[1]!, context);
    assert.ok(await distance(further) < 0.5 * await distance(first!));
  });

  it("takes a budget's steps and share of S as lora does", async () => {
    const budget = { steps: 9, rows: 1000, setupShare: 0.7 };
    const lora = await adaptFirst(runs, "lora", {}, { budget });
    assert.deepEqual((await adaptFirst(runs, "lwf", {}, { budget })).cost, lora.cost);
  });
});
