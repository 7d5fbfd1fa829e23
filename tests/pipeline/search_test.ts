/** The choice of settings, by scores that the tests make up. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { DataError } from "../../src/data/errors.ts";
import type { ExperimentRun } from "../../src/pipeline/experiment.ts";
import type { Prepared } from "../../src/pipeline/prepare.ts";
import { type SearchBench, settle } from "../../src/pipeline/search.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import type { MethodSpec, ResolvedSpec } from "../../src/spec/types.ts";

const SPEC = {
  name: "a",
  dataset: "movielens-100k",
  backbone: { kind: "sasrec" },
  methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
  seeds: [4, 5],
  evaluation: { cutoffs: [10] },
};

/** Ten windows of T, of which so many have their target first; the others' is eleventh. */
function ranksOf(hits: number) {
  const greater = Int32Array.from({ length: 10 }, (_, window) => window < hits ? 0 : 10);
  return { greater, equal: new Int32Array(10), top: new Int32Array(100).fill(1) };
}

/** A bench that runs nothing: each method's hits are made up; undefined fails it. */
function benchOf(hits: (method: MethodSpec, spec: ResolvedSpec) => number | undefined) {
  const asked: ResolvedSpec[] = [];
  const said: string[] = [];
  const bench: SearchBench = {
    run: (spec) => {
      asked.push(spec);
      const runs = spec.methods.flatMap((method) => {
        const count = hits(method, spec);
        return count === undefined ? [] : [{
          spec: method,
          states: [{ stage: "S", ranks: [] }, { stage: "F1", ranks: [{ slice: "T", ranks: ranksOf(count) }] }],
        }];
      });
      const prepared = { data: { test: { windows: { count: 10 }, from: 60, to: 80 }, catalogue: { size: 30 } } };
      return Promise.resolve({
        prepared: prepared as unknown as Prepared,
        run: { runs } as unknown as ExperimentRun,
      });
    },
    say: (line) => said.push(line),
  };
  return { bench, asked, said };
}

function planned(search: unknown, more: Record<string, unknown> = {}) {
  const { specs, search: plan } = parseExperiment(JSON.stringify({ ...SPEC, search, ...more }), "a.json");
  return { spec: specs[0]!, plan: plan! };
}

const GRID = { kind: "grid", validation: 0.3, space: { "lora.rank": [8, 2, 4] } };

describe("settle()", () => {
  it("takes the trial of the highest score, and of equals the earlier", async () => {
    const { spec, plan } = planned(GRID);
    const { bench } = benchOf(({ kind, lora: { rank } }) => kind === "lora" ? { 8: 3, 2: 7, 4: 7 }[rank] : 5);
    const settled = await settle(spec, plan, bench);
    assert.deepEqual(settled.spec.methods.map(({ label, lora }) => [label, lora.rank]), [
      ["base", 8],
      ["lora", 2],
      ["RAIE", 8],
      ["RAIE K=1", 8],
    ]);
    const [lora, raie] = settled.search.choices;
    assert.deepEqual(lora, {
      label: "lora",
      trials: [
        { settings: {}, score: 0.3 },
        { settings: { "lora.rank": 2 }, score: 0.7 },
        { settings: { "lora.rank": 4 }, score: 0.7 },
      ],
      chosen: 1,
    });
    assert.deepEqual([raie!.label, raie!.chosen], ["RAIE", 0]);
    const { seed, measure, windows, from, to } = settled.search;
    assert.deepEqual([seed, measure, windows, from, to], [4, "Recall@10", 10, 60, 80]);
  });

  it("gives a control what its raie has chosen", async () => {
    const { spec, plan } = planned({ kind: "grid", space: { "regions.replay": [1] } });
    const { bench, asked } = benchOf(({ regions }) => regions.replay === 1 ? 9 : 1);
    const { spec: { methods } } = await settle(spec, plan, bench);
    assert.deepEqual(methods.at(-1), {
      ...methods.at(-2),
      label: "RAIE K=1",
      control: "RAIE",
      regions: { ...methods.at(-2)!.regions, k: 1, add: false },
      options: { regions: { replay: 1, k: 1, add: false } },
    });
    assert.ok(asked.every(({ methods }) => methods.every(({ control }) => control === undefined)), "it is not tried");
  });

  it("runs what it tries without T, with the first seed, under one name", async () => {
    const { spec, plan } = planned(GRID);
    const { bench, asked } = benchOf(() => 1);
    await settle(spec, plan, bench);
    assert.equal(asked.length, 1);
    const { slices, seeds, name, search, methods } = asked[0]!;
    assert.deepEqual([slices.validation, seeds, name, search], [0.3, [4], "a, search", undefined]);
    assert.deepEqual(methods.map(({ label }) => label), [
      ...["lora, trial 1", "lora, trial 2", "lora, trial 3"],
      ...["RAIE, trial 1", "RAIE, trial 2", "RAIE, trial 3"],
    ]);
  });

  it("chooses the backbone first, by the backbone as it is, and tries methods on it", async () => {
    const { spec, plan } = planned({ kind: "grid", space: { "backbone.training.epochs": [9], "lora.rank": [2] } });
    const { bench, asked } = benchOf((_, { backbone }) => backbone.training.epochs);
    const settled = await settle(spec, plan, bench);
    assert.equal(settled.spec.backbone.training.epochs, 9);
    assert.deepEqual(asked.map(({ backbone, methods }) => [backbone.training.epochs, methods[0]!.kind]), [
      [5, "base"],
      [9, "base"],
      [9, "lora"],
    ]);
    assert.equal(settled.search.choices[0]!.label, undefined);
  });

  it("under a matched budget chooses the yardstick's settings first, and has the others take its steps", async () => {
    const { spec, plan } = planned({ kind: "grid", space: { "lora.rank": [2] } }, { budget: "matched" });
    const { bench, asked } = benchOf(({ lora }) => 10 - lora.rank);
    const { search } = await settle(spec, plan, bench);
    assert.deepEqual(
      asked.map(({ budget, methods }) => [budget, methods.map(({ label, lora }) => `${label}: ${lora.rank}`)]),
      [
        ["paper", ["RAIE, trial 1: 8", "RAIE, trial 2: 2"]],
        ["matched", ["RAIE: 2", "lora, trial 1: 8", "lora, trial 2: 2"]],
      ],
    );
    assert.deepEqual(search.choices.map(({ label }) => label), ["lora", "RAIE"], "told in the spec's order");
  });

  it("gives a trial that failed no score, and keeps the spec's own settings where all did", async () => {
    const { spec, plan } = planned(GRID);
    const some = benchOf(({ kind, lora }) => kind !== "lora" || lora.rank === 4 ? 2 : undefined);
    const { spec: chosen, search } = await settle(spec, plan, some.bench);
    assert.equal(chosen.methods[1]!.lora.rank, 4);
    assert.deepEqual(search.choices[0]!.trials.map(({ score }) => score), [undefined, undefined, 0.2]);
    const none = await settle(spec, plan, benchOf(() => undefined).bench);
    assert.deepEqual(none.spec.methods.map(({ lora }) => lora.rank), [8, 8, 8, 8]);
  });

  it("stops for what concerns the data, and says how it goes", async () => {
    const { spec, plan } = planned(GRID);
    const broken = { run: () => Promise.reject(new DataError("no data")), say: () => {} };
    await assert.rejects(settle(spec, plan, broken), DataError);
    const { bench, said } = benchOf(() => 1);
    await settle(spec, plan, bench);
    assert.deepEqual(said, [
      "search: 6 trials of lora, RAIE",
      "search: lora: as the spec says",
      "search: RAIE: as the spec says",
    ]);
  });
});
