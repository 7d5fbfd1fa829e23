/** Which methods a run goes on with when one stops, and what it says of those that did. */
import assert from "node:assert/strict";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { EngineError } from "../../src/engine/errors.ts";
import { TrainingError } from "../../src/engine/training_error.ts";
import { ScoreError } from "../../src/evaluation/score_error.ts";
import { MethodError } from "../../src/methods/method_error.ts";
import { Assembly } from "../../src/pipeline/assembly.ts";
import { inOrder, type SeedStages, stageGraph, type StageNode } from "../../src/pipeline/graph.ts";
import { type Prepared, prepareData } from "../../src/pipeline/prepare.ts";
import { Interrupted, Progress } from "../../src/pipeline/progress.ts";
import type { StageRunner } from "../../src/pipeline/stage_runner.ts";
import { StoreError } from "../../src/pipeline/store_error.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { ResolvedSpec } from "../../src/spec/types.ts";
import { TINY } from "../cli/tiny_spec.ts";

const COST = { steps: 3, finetuneRows: 4, setupRows: 5, parameters: 6 };

describe("Assembly", () => {
  let prepared: Prepared;
  const resolve = (more: Record<string, unknown>): ResolvedSpec =>
    parseSpec(JSON.stringify({ ...TINY, ...more }), "a.json").resolved;
  beforeAll(async () => {
    prepared = await prepareData(resolve({}), undefined);
  });

  /** Runs an experiment in which stages that `fails` gives an error for throw it, and all others give nothing at once. */
  async function run(
    more: Record<string, unknown>,
    fails: (node: StageNode) => Error | undefined,
    elsewhere: (nodes: readonly StageNode[]) => Map<string, string> = () => new Map(),
  ) {
    const spec = resolve(more);
    const graph: SeedStages[] = stageGraph(spec, prepared, "made up");
    const said: string[] = [], asked: string[] = [];
    const progress = new Progress([(event) => event.event === "say" && said.push(event.text)]);
    const runner = {
      prepared,
      bench: { progress },
      result(node: StageNode) {
        asked.push(node.stage);
        const error = fails(node);
        if (error !== undefined) throw error;
        return { key: node.key, folder: "", seconds: 1, cached: false };
      },
      context: () => ({ curve: { steps: [1], values: [0.5] }, parameterCount: 7 }),
      state: () => ({ cost: COST, curves: [] }),
      ranks: () => [],
      regions: () => ({}),
      close: () => {},
    };
    const assembly = new Assembly(runner as unknown as StageRunner, elsewhere(inOrder(graph)));
    for (const stages of graph) await assembly.seed(stages);
    const failures = assembly.failures.map(({ spec, seed, error }) => [spec.label, seed, error.message]);
    return { runs: assembly.runs.map(({ spec, seed }) => [spec.label, seed]), failures, said, asked };
  }

  const at = (stage: string, error: Error) => (node: StageNode) => node.stage === stage ? error : undefined;
  const outOfMemory = new EngineError('Cannot compute "lora: adapt to F1": out of memory (std::bad_alloc)');

  for (
    const error of [
      new TrainingError("lora F1", 4, NaN),
      new ScoreError(3, 17),
      new MethodError("Cannot mine pairs from F1: there are none"),
      outOfMemory,
    ]
  ) {
    it(`leaves out a method that stops with a ${error.name}, says so at once, and goes on with the others`, async () => {
      const { runs, failures, said } = await run({}, at("lora: adapt to F1", error));
      assert.deepEqual(runs, [["base", 1], ["RAIE", 1]]);
      assert.deepEqual(failures, [["lora", 1, error.message]]);
      assert.deepEqual(said, [`failed: lora: ${error.message}`]);
    });
  }

  for (
    const error of [
      new TypeError("x is not a function"),
      new Interrupted(),
      new StoreError("Cannot write to the store"),
      new EngineError("Cannot open engine"),
    ]
  ) {
    it(`ends the run with a ${error.name}: ${error.message}`, async () => {
      await assert.rejects(() => run({}, at("lora: adapt to F1", error)), (thrown) => thrown === error);
    });
  }

  it("counts what stops a method's ranking or regions as its failure, and the backbone's as every method's of the seed", async () => {
    const seeds = { seeds: [1, 2] };
    const ranking = await run(seeds, at("lora: rank S, F1, T (seed 2)", new ScoreError(0, 1)));
    assert.deepEqual(ranking.runs, [["base", 1], ["lora", 1], ["RAIE", 1], ["base", 2], ["RAIE", 2]]);
    const backbone = await run(seeds, at("backbone: train sasrec on S (seed 1)", new TrainingError("sasrec", 1, NaN)));
    assert.deepEqual(backbone.runs, [["base", 2], ["lora", 2], ["RAIE", 2]]);
    assert.deepEqual(backbone.failures.map(([label, seed]) => [label, seed]), [["base", 1], ["lora", 1], ["RAIE", 1]]);
  });

  it("ends the run when memory is too small for the backbone, which every method needs", async () => {
    for (const stage of ["backbone: train sasrec on S", "base: rank S, F1, T"]) {
      await assert.rejects(() => run({}, at(stage, outOfMemory)), { name: "EngineError" });
    }
  });

  it("does not try again what another process could not do", async () => {
    const { failures, asked } = await run(
      {},
      () => undefined,
      (nodes) => new Map([[nodes.find(({ stage }) => stage === "lora: adapt to F1")!.key, "out of memory there"]]),
    );
    assert.deepEqual(failures, [["lora", 1, "out of memory there"]]);
    assert.ok(!asked.some((stage) => stage.startsWith("lora")));
  });

  it("runs the yardstick of a matched budget first, and gives results in the spec's order", async () => {
    const { runs, asked } = await run({ budget: "matched" }, () => undefined);
    const adapting = asked.filter((stage) => /adapt/.test(stage));
    assert.deepEqual(adapting, ["RAIE: adapt to F1", "lora: adapt to F1"]);
    assert.deepEqual(runs, [["base", 1], ["lora", 1], ["RAIE", 1]]);
  });

  it("says of methods whose yardstick failed that this is why, and that base needs none", async () => {
    const { runs, failures, asked } = await run(
      { budget: "matched" },
      at("RAIE: adapt to F1", new TrainingError("default F1", 2, Infinity)),
    );
    assert.deepEqual(runs, [["base", 1]]);
    assert.deepEqual(failures.map(([label, , reason]) => [label, reason]), [
      ["lora", "Cannot match the budget of lora: it was to take as many steps as RAIE, which failed"],
      ["RAIE", new TrainingError("default F1", 2, Infinity).message],
    ]);
    assert.ok(!asked.includes("lora: adapt to F1"));
  });
});
