/**
 * Runs an experiment: every stage of a resolved spec, in order, through the store.
 * @module
 */
import type { LossCurve } from "../adapters/train.ts";
import type { Windows } from "../data/types.ts";
import type { Curve } from "../engine/training_loop.ts";
import type { Engine } from "../engine/types.ts";
import type { CountedRanks } from "../evaluation/rank_windows.ts";
import type { Cost } from "../methods/types.ts";
import type { RegionsResult } from "../reporting/types.ts";
import type { MethodSpec, ResolvedSpec } from "../spec/types.ts";
import { Assembly } from "./assembly.ts";
import type { ListedStage } from "./events.ts";
import { inOrder, stageGraph, type StageNode } from "./graph.ts";
import type { JobPool } from "./jobs.ts";
import type { MethodFailure } from "./method_failure.ts";
import type { Prepared } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import { mustFit } from "./must_fit.ts";
import { memoryBudget } from "./stage_memory.ts";
import { StageRunner } from "./stage_runner.ts";
import { engineId } from "./stages.ts";
import type { Store } from "./store.ts";

/** Ranks of one slice by one state of a method. */
export interface SliceRanks {
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** The windows ranked, in the order of the ranks. */
  readonly windows: Windows;
  /** Reads the counts, [windows.count] each, from which any way of breaking ties gives ranks. They are kept by nobody: all methods' are many. */
  read(): CountedRanks;
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
  /** Number of each window's region by slice, in the order of `regions.after`. */
  readonly routes?: Readonly<Record<string, Int32Array>>;
  /** Time adapting took when it was computed, ranking left out. */
  readonly seconds: number;
}

/** Everything a run computed. */
export interface ExperimentRun {
  /** Seed by seed, in each the methods in the spec's order. */
  readonly runs: readonly MethodRun[];
  /** Methods that stopped; the others went on without them. */
  readonly failures: readonly MethodFailure[];
  /** Pretraining loss by optimiser step, one entry a seed; none where the weights were read from a file. */
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
 * Computes what is not in the store yet; results are the same either way, and whatever number of jobs computes them. A method that stops is
 * left out, and a seed whose backbone does: all others are computed.
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
  // On a GPU a language model's tensors are in its memory; what else a process takes is small beside them.
  const own = prepared.language && bench.engine.memory;
  const there = bench.jobs?.memory ?? own ?? memoryBudget() + held;
  await mustFit(nodes, bench.store, there, (line) => bench.progress.say(line));
  // What other processes have computed is in the store, and is read from there like everything else.
  const told = await bench.jobs?.compute(nodes, prepared);
  const assembly = new Assembly(new StageRunner(spec, prepared, bench, told?.computed), told?.failed);
  try {
    for (const stages of graph) await assembly.seed(stages);
  } finally {
    assembly.close();
  }
  return assembly;
}

/** A stage as the run's events list it. */
export const listed = ({ stage, steps, task }: StageNode): ListedStage => ({
  stage,
  what: task.kind === "ranks" || task.kind === "represented" ? "windows" : "steps",
  steps,
});
