import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import type { Engine } from "../../src/engine/types.ts";
import { type ExperimentRun, runExperiment } from "../../src/pipeline/experiment.ts";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { Progress } from "../../src/pipeline/progress.ts";
import { Store } from "../../src/pipeline/store.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { TINY } from "../cli/tiny_spec.ts";

const RAIE = { kind: "raie", label: "RAIE" };
const OTHERS = ["full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal"];

describe("a run with a matched budget", () => {
  let folder: string, engine: Engine, matched: ExperimentRun, paper: ExperimentRun, copied: ExperimentRun;
  const run = async (more: Record<string, unknown>): Promise<ExperimentRun> => {
    // Batches that windows fill several times.
    const lora = { training: { epochs: 1, batch: 16 } };
    const slices = { setup: 0.5, finetune: [0.15, 0.15], test: 0.2 };
    const spec = parseSpec(JSON.stringify({ ...TINY, slices, lora, ...more }), "a.json").resolved;
    const bench = { engine, store: new Store(`${folder}/store`), progress: new Progress() };
    try {
      return await runExperiment(spec, await prepareData(spec, undefined), bench);
    } finally {
      await bench.store.close();
    }
  };
  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    engine = await openEngine("wasm");
    matched = await run({ budget: "matched", control: true, methods: ["base", ...OTHERS, RAIE] });
    paper = await run({ control: true, methods: ["base", RAIE] });
    copied = await run({ control: true, methods: [RAIE], regions: { ...TINY.regions, softCopies: "rounded" } });
  });
  afterAll(() => {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  });
  const costOf = ({ runs }: ExperimentRun, label: string) => runs.find(({ spec }) => spec.label === label)!.cost;

  it("gives every method but base as many optimiser steps as the first raie, over all slices", () => {
    assert.deepEqual(matched.failures, []);
    const { steps } = costOf(matched, "RAIE");
    assert.ok(steps > 0);
    assert.deepEqual(
      OTHERS.map((label) => [label, costOf(matched, label).steps]),
      OTHERS.map((label) => [label, steps]),
    );
    assert.equal(costOf(matched, "base").steps, 0);
  });

  it("changes nothing of the yardstick", () => {
    const [a, b] = [matched, paper].map(({ runs }) => runs.find(({ spec }) => spec.label === "RAIE")!);
    const counts = ({ states }: ExperimentRun["runs"][number]) =>
      states.map(({ ranks }) => ranks.map((slice) => ({ slice: slice.slice, counts: slice.read() })));
    assert.ok(counts(a!).flat().length > 0);
    assert.deepEqual(counts(a!), counts(b!));
    assert.deepEqual(a!.cost, b!.cost);
  });

  it("lets what can read S see it in about the yardstick's share", () => {
    const share = (label: string) => {
      const { setupRows, finetuneRows } = costOf(matched, label);
      return setupRows / (setupRows + finetuneRows);
    };
    const wanted = share("RAIE");
    assert.ok(wanted > 0.2, `${wanted}`);
    for (const label of ["replay", "lora", "full", "mole"]) {
      assert.ok(Math.abs(share(label) - wanted) < 0.1, `${label}: ${share(label)}, wanted about ${wanted}`);
    }
  });

  it("or not, gives the K=1 control its raie's steps and share of S rows, and one region", () => {
    for (const run of [matched, paper, copied]) {
      const [raie, control] = ["RAIE", "RAIE K=1"].map((label) => costOf(run, label));
      assert.equal(control!.steps, raie!.steps);
      const share = ({ setupRows, finetuneRows }: ExperimentRun["runs"][number]["cost"]) =>
        setupRows / (setupRows + finetuneRows);
      // Of some hundred rows a slice, windows come whole and batches do not.
      assert.ok(Math.abs(share(control!) - share(raie!)) < 0.02, `${share(control!)}, wanted ${share(raie!)}`);
      const { regions } = run.runs.find(({ spec }) => spec.label === "RAIE K=1")!;
      assert.deepEqual([regions!.before.length, regions!.after.length], [1, 1]);
    }
  });
});
