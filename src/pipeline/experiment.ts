/**
 * Runs an experiment: every stage of a resolved spec, in order, through the store.
 * @module
 */
import type { LossCurve } from "../adapters/train.ts";
import type { Windows } from "../data/types.ts";
import { TrainingError } from "../engine/training_error.ts";
import type { Curve } from "../engine/training_loop.ts";
import type { Engine } from "../engine/types.ts";
import type { CountedRanks } from "../evaluation/rank_windows.ts";
import type { Cost } from "../methods/types.ts";
import type { RegionsResult } from "../reporting/types.ts";
import type { MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { ListedStage } from "./events.ts";
import type { JobPool } from "./jobs.ts";
import { inOrder, type MethodStages, type SeedStages, stageGraph, type StageNode } from "./graph.ts";
import type { Prepared } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import { mustFit } from "./must_fit.ts";
import { memoryBudget } from "./stage_memory.ts";
import { StageRunner } from "./stage_runner.ts";
import { engineId } from "./stages.ts";
import type { StageResult, Store } from "./store.ts";

/** Ranks of one slice by one state of a method. */
export interface SliceRanks {
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** The windows ranked, in the order of the ranks. */
  readonly windows: Windows;
  /** [windows.count] each: counts, from which any way of breaking ties gives ranks. */
  readonly ranks: CountedRanks;
}

/** One method with one seed, over all its F slices. */
export interface MethodRun {
  /** The method's entry in the spec, defaults filled in. */
  readonly spec: MethodSpec;
  /** Seed of the backbone and of everything the method draws. */
  readonly seed: number;
  /** States: "S" (the backbone), then one after each F slice. The last one is the method's result. */
  readonly states: readonly { readonly stage: string; readonly ranks: readonly SliceRanks[] }[];
  /** Summed over the F slices; `parameters` is what the last state keeps. */
  readonly cost: Cost;
  /** One per training, in the order they ran. */
  readonly curves: readonly LossCurve[];
  /** Of the last state; absent for methods that keep no regions. */
  readonly regions?: RegionsResult;
  /** Time adapting took when it was computed, ranking left out. */
  readonly seconds: number;
}

/** One method with one seed that stopped: its loss was no longer a finite number. */
export interface MethodFailure {
  /** The method's entry in the spec. */
  readonly spec: MethodSpec;
  /** The seed of that run. */
  readonly seed: number;
  /** What was being trained, at which step, and that step's batch. */
  readonly error: TrainingError;
}

/** Everything a run computed. */
export interface ExperimentRun {
  /** Seed by seed, in each the methods in the spec's order. */
  readonly runs: readonly MethodRun[];
  /** Methods that stopped; the others went on without them. */
  readonly failures: readonly MethodFailure[];
  /** Pretraining loss by optimiser step, one entry a seed. */
  readonly backbones: readonly { readonly seed: number; readonly curve: Curve }[];
  /** Numbers the backbone has, the item table included. */
  readonly parameters: number;
  /** Seconds of each stage when it was computed, in the order of the run. */
  readonly durations: readonly { readonly stage: string; readonly seconds: number }[];
}

/** What running needs beside the spec. */
export interface Workbench {
  /** Open; the caller closes it. */
  readonly engine: Engine;
  /** Where stages are looked for and kept. */
  readonly store: Store;
  /** Told of every stage, and the way an interruption gets in. */
  readonly progress: Progress;
  /** Optimiser steps between two checkpoints of a training; left out: {@linkcode CHECKPOINT_EVERY}. */
  readonly checkpointEvery?: number | undefined;
  /** Processes that compute stages side by side; left out: this one computes them, one after the other. */
  readonly jobs?: JobPool | undefined;
}

/**
 * Computes what is not in the store yet; results are the same either way, and whatever number of jobs computes them. A method whose loss stops
 * being finite is left out, and a seed whose backbone's does: all others are computed.
 *
 * @param later what the caller will do afterwards, for whoever watches.
 */
export async function runExperiment(
  spec: ResolvedSpec,
  prepared: Prepared,
  bench: Workbench,
  later: readonly ListedStage[] = [],
): Promise<ExperimentRun> {
  const graph = stageGraph(spec, prepared, engineId(bench.engine));
  const nodes = inOrder(graph);
  bench.progress.tell({ event: "stages", stages: [...nodes.map(listed), ...later] });
  // What is free leaves out what this process holds already, which is part of what a stage is reckoned to take in it.
  const held = bench.jobs === undefined ? Deno.memoryUsage().rss : 0;
  await mustFit(nodes, bench.store, memoryBudget() + held, (line) => bench.progress.say(line));
  // What other processes have computed is in the store, and is read from there like everything else.
  const told = await bench.jobs?.compute(nodes);
  const assembly = new Assembly(prepared, bench, new StageRunner(spec, prepared, bench, told));
  try {
    for (const stages of graph) await assembly.seed(stages);
  } finally {
    assembly.close();
  }
  return assembly;
}

/** Puts the results of stages together, in the spec's order. */
class Assembly implements ExperimentRun {
  readonly runs: MethodRun[] = [];
  readonly failures: MethodFailure[] = [];
  readonly backbones: { readonly seed: number; readonly curve: Curve }[] = [];
  readonly durations: { readonly stage: string; readonly seconds: number }[];
  parameters = 0;
  readonly #bench: Workbench;
  readonly #runner: StageRunner;

  constructor(prepared: Prepared, bench: Workbench, runner: StageRunner) {
    this.durations = [{ stage: "data", seconds: prepared.seconds }];
    this.#bench = bench;
    this.#runner = runner;
  }

  async seed({ seed, backbone, untouched, methods }: SeedStages): Promise<void> {
    const failed = (error: TrainingError) => this.failures.push(...methods.map(({ spec }) => ({ spec, seed, error })));
    const ranks = await this.#unlessDiverged(async () => {
      await this.#result(backbone, backbone);
      const { curve, parameterCount } = await this.#runner.context(backbone);
      this.parameters = parameterCount;
      this.backbones.push({ seed, curve });
      return await this.#ranks(untouched, backbone);
    }, failed);
    if (ranks === undefined) return;
    for (const method of methods) {
      const run = await this.#unlessDiverged(
        () => this.#method(method, backbone, ranks),
        (error) => this.failures.push({ spec: method.spec, seed, error }),
      );
      if (run !== undefined) this.runs.push(run);
    }
  }

  close(): void {
    this.#runner.close();
  }

  async #method(
    { spec, slices, regions }: MethodStages,
    backbone: StageNode,
    untouched: readonly SliceRanks[],
  ): Promise<MethodRun> {
    const { seed } = backbone;
    const states: { stage: string; ranks: readonly SliceRanks[] }[] = [{ stage: "S", ranks: untouched }];
    const cost = { steps: 0, finetuneRows: 0, setupRows: 0, parameters: 0 };
    const curves: LossCurve[] = [];
    let seconds = 0;
    for (const { slice, adapted, ranks } of slices) {
      seconds += (await this.#result(adapted, backbone)).seconds;
      const state = await this.#runner.state(spec, adapted, backbone);
      cost.steps += state.cost.steps;
      cost.finetuneRows += state.cost.finetuneRows;
      cost.setupRows += state.cost.setupRows;
      cost.parameters = state.cost.parameters;
      curves.push(...state.curves);
      states.push({ stage: slice.name, ranks: await this.#ranks(ranks, backbone) });
    }
    if (spec.kind === "base") {
      states.push(...this.#runner.prepared.data.finetune.map(({ name }) => ({ stage: name, ranks: untouched })));
    }
    const run = { spec, seed, states, cost, curves, seconds };
    if (regions === undefined) return run;
    return { ...run, regions: await this.#runner.regions(await this.#result(regions, backbone)) };
  }

  async #ranks(node: StageNode, backbone: StageNode): Promise<SliceRanks[]> {
    return await this.#runner.ranks(await this.#result(node, backbone));
  }

  async #result(node: StageNode, backbone: StageNode): Promise<StageResult> {
    const result = await this.#runner.result(node, backbone);
    this.durations.push({ stage: durationName(node), seconds: result.seconds });
    return result;
  }

  /** Undefined when the loss stopped being finite, which `note` is told and the user reads at once. */
  async #unlessDiverged<T>(act: () => Promise<T>, note: (error: TrainingError) => void): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof TrainingError)) throw error;
      note(error);
      this.#bench.progress.say(`failed: ${error.message}`);
      return undefined;
    }
  }
}

const listed = ({ stage, steps, task }: StageNode): ListedStage => ({
  stage,
  what: task.kind === "ranks" ? "windows" : "steps",
  steps,
});

/** As reports list it: the backbone by its bare name. */
const durationName = ({ stage, task }: StageNode): string =>
  task.kind === "backbone" ? stage.replace(/: train \S+ on S/, "") : stage;
