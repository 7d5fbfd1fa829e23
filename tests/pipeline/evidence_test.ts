import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { evidenceOfRun } from "../../src/pipeline/evidence.ts";
import type { ExperimentRun, MethodRun } from "../../src/pipeline/experiment.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { windowsOf } from "../../src/data/window_rows.ts";

const COUNT = 40;
/** Twenty users with two windows each. */
const windows = windowsOf({
  context: 1,
  users: Int32Array.from({ length: COUNT }, (_, window) => window >> 1),
  items: new Int32Array(2 * COUNT).fill(1),
  times: new Float64Array(2 * COUNT),
});

function spec(report: Record<string, unknown> = {}) {
  const { resolved } = parseSpec(
    JSON.stringify({
      name: "made-up",
      preset: "official",
      dataset: "movielens-100k",
      slices: { setup: 0.5, finetune: 0.3, test: 0.2 },
      backbone: { kind: "sasrec" },
      methods: ["base", "lora", { kind: "ebpr", mine: "evaluated" }, { kind: "raie", label: "RAIE" }],
      seeds: [1, 2],
      control: false,
      evaluation: { cutoffs: [10], resamples: 400 },
      report,
    }),
    "a.json",
  );
  return resolved;
}

/** One run: whether a window is hit is drawn by label and seed. */
function run(resolved: ReturnType<typeof spec>, label: string, seed: number): MethodRun {
  const draws = stream(seed, label);
  const greater = () => Int32Array.from({ length: COUNT }, () => draws.integer(30));
  return {
    spec: resolved.methods.find((method) => method.label === label)!,
    seed,
    states: [{
      stage: "F1",
      ranks: ["S", "F1", "T"].map((slice) => {
        const ranks = { greater: greater(), equal: new Int32Array(COUNT), top: new Int32Array(COUNT * 10) };
        return { slice, windows, read: () => ranks };
      }),
    }],
    cost: { steps: 0, finetuneRows: 0, setupRows: 0, parameters: 0 },
    curves: [],
    seconds: 0,
  };
}

const runs = (resolved: ReturnType<typeof spec>, left: (label: string, seed: number) => boolean = () => false) => ({
  runs: [1, 2].flatMap((seed) =>
    ["base", "lora", "ebpr", "RAIE"].filter((label) => !left(label, seed)).map((label) => run(resolved, label, seed))
  ),
  failures: [],
  backbones: [],
  parameters: 1,
  durations: [],
} as ExperimentRun);

/** Recall@10 on T by hand: the share of windows with fewer than ten better items, averaged over seeds. */
const recall = ({ runs }: ExperimentRun, label: string, seeds: readonly number[]) =>
  runs.filter((run) => run.spec.label === label && seeds.includes(run.seed))
    .map((run) => run.states[0]!.ranks[2]!.read().greater.filter((better) => better < 10).length / COUNT)
    .reduce((sum, share) => sum + share, 0) / seeds.length;

describe("evidenceOfRun()", () => {
  it("compares with the method of the report and the backbone, and the best that adapts with the others", () => {
    const resolved = spec({ reference: "RAIE" });
    const run = runs(resolved);
    const { differences, best } = evidenceOfRun(resolved, run);
    assert.deepEqual(
      differences.filter(({ slice }) => slice === "T").map(({ label, to }) => `${label} ${to}`),
      ["base RAIE", "lora RAIE", "ebpr RAIE", "lora base", "ebpr base"],
    );
    for (const { label, to, values } of differences.filter(({ slice }) => slice === "T")) {
      const wanted = recall(run, label, [1, 2]) - recall(run, to, [1, 2]);
      assert.ok(Math.abs(values["Recall@10"]! - wanted) < 1e-12, `${label} ${to}`);
    }
    // What saw the rows it is evaluated on is never the best.
    assert.deepEqual(best.map(({ label, to }) => [label, to].sort().join(" ")), [
      "RAIE lora",
      "RAIE lora",
      "RAIE lora",
    ]);
  });

  it("compares over the seeds with which both were finished", () => {
    const resolved = spec();
    const run = runs(resolved, (label, seed) => label === "lora" && seed === 1);
    const { figures, differences } = evidenceOfRun(resolved, run);
    const found = differences.find(({ label, slice }) => label === "lora" && slice === "T")!;
    assert.deepEqual(found.seeds, [2]);
    assert.ok(Math.abs(found.values["Recall@10"]! - (recall(run, "lora", [2]) - recall(run, "base", [2]))) < 1e-12);
    assert.deepEqual(figures.filter(({ slice }) => slice === "T").map(({ seeds }) => seeds), [
      [1, 2],
      [2],
      [1, 2],
      [1, 2],
    ]);
  });

  it("has intervals but no tests where the measure of the report is a coverage", () => {
    const resolved = spec({ measure: "coverage@10" });
    const { figures, differences, best } = evidenceOfRun(resolved, runs(resolved));
    assert.deepEqual([figures.length, differences, best], [12, [], []]);
    assert.deepEqual(Object.keys(figures[0]!.intervals), ["Recall@10", "NDCG@10", "MRR"]);
  });

  it("is the same every time", () => {
    const resolved = spec();
    assert.deepEqual(evidenceOfRun(resolved, runs(resolved)), evidenceOfRun(resolved, runs(resolved)));
  });
});
