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

/** Ten windows of T, of ten users, of which so many have their target first; the others' is eleventh. */
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
      const users = Int32Array.from({ length: 10 }, (_, user) => user);
      const failed = spec.methods.filter((method) => hits(method, spec) === undefined);
      const runs = spec.methods.filter((method) => !failed.includes(method)).map((method) => {
        const ranks = [{ slice: "T", windows: { users }, read: () => ranksOf(hits(method, spec)!) }];
        return { spec: method, states: [{ stage: "S", ranks: [] }, { stage: "F1", ranks }] };
      });
      const failures = failed.map((method) => ({ spec: method, seed: 4, error: new Error("its loss is NaN") }));
      const prepared = { data: { test: { windows: { count: 10, users }, from: 60, to: 80 }, catalogue: { size: 30 } } };
      return Promise.resolve({
        prepared: prepared as unknown as Prepared,
        run: { runs, failures } as unknown as ExperimentRun,
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
    // Ten users with a window each: sqrt(10 x .3 x .7) / 10.
    const error = Math.sqrt(10 * .3 * .7) / 10;
    assert.deepEqual({ ...lora, trials: lora!.trials.map(({ error: _, ...rest }) => rest) }, {
      label: "lora",
      trials: [
        { settings: {}, score: 0.3 },
        { settings: { "lora.rank": 2 }, score: 0.7 },
        { settings: { "lora.rank": 4 }, score: 0.7 },
      ],
      chosen: 1,
    });
    for (const trial of lora!.trials) assert.ok(Math.abs(trial.error! - error) < 1e-12);
    assert.deepEqual([raie!.label, raie!.chosen], ["RAIE", 0]);
    const { seed, measure, windows, users, from, to } = settled.search;
    assert.deepEqual([seed, measure, windows, users, from, to], [4, "Recall@10", 10, 10, 60, 80]);
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

  it("gives a trial that failed its reason in place of a score, and keeps the spec's own settings where all did", async () => {
    const { spec, plan } = planned(GRID);
    const some = benchOf(({ kind, lora }) => kind !== "lora" || lora.rank === 4 ? 2 : undefined);
    const { spec: chosen, search } = await settle(spec, plan, some.bench);
    assert.equal(chosen.methods[1]!.lora.rank, 4);
    const [lora] = search.choices;
    assert.deepEqual(lora!.trials.map(({ score, reason }) => score ?? reason), [
      "its loss is NaN",
      "its loss is NaN",
      0.2,
    ]);
    assert.ok(some.said.includes("search: failed: lora, trial 2: its loss is NaN"));
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
