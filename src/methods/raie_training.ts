/**
 * Training of regions' adapters on a slice: an adapter for each region, or one for all (method.md 7).
 * @module
 */
import type { AdapterValues, BankConfig } from "../adapters/bank.ts";
import { stepsOf } from "../adapters/batches.ts";
import { type LossCurve, trainAdapters } from "../adapters/train.ts";
import type { Slice } from "../data/types.ts";
import { belongingByDecision, belongingByProbability, type EditResult, routeAll } from "../regions/mod.ts";
import type { LoraSpec, MethodSpec, TrainingSpec } from "../spec/types.ts";
import { trainingSettings } from "./adapter_kit.ts";
import { shareSteps } from "./raie_budget.ts";
import { overrunNotes, untrainedNotes } from "./raie_notes.ts";
import { joinedSet, type MixedSet, regionSets } from "./raie_sets.ts";
import type { MethodContext } from "./types.ts";

/** What a slice's training starts from. */
export interface RegionalTask {
  /** Layout of all adapters. */
  readonly bank: BankConfig;
  /** The F slice. */
  readonly slice: Slice;
  /** Regions edited with it. */
  readonly edit: EditResult;
  /** [S dense windows], the region after editing that k-means had put each window in. */
  readonly members: Int32Array;
  /** One for each region after editing, or the one that all share. */
  readonly starts: readonly AdapterValues[];
  /** Whether nothing was adapted to before. */
  readonly first: boolean;
  /** Optimiser steps of all the adapters together; left out: as many as their epochs make. */
  readonly steps?: number;
}

/** Adapters after a slice, in the order of `starts`. */
export interface Regional {
  readonly adapters: readonly AdapterValues[];
  readonly curves: readonly LossCurve[];
  readonly steps: number;
  readonly finetuneRows: number;
  readonly setupRows: number;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** A set with the place of its adapter. */
interface Job {
  readonly set: MixedSet;
  readonly adapter: number;
}

/** Trains every adapter that got any row; the others stay as they start. */
export async function trainRegions(spec: MethodSpec, context: MethodContext, task: RegionalTask): Promise<Regional> {
  const { regions: options } = spec;
  const { bank, edit, slice, starts, steps: budget } = task;
  const own: LoraSpec = {
    ...spec.lora,
    itemRate: options.training.itemRate,
    training: { ...options.training, positions: spec.lora.training.positions },
  };
  const settings = trainingSettings(own, bank, context, "region adapters");
  const jobs = budgeted(await jobsOf(spec, context, task), own.training, budget);
  const adapters = [...starts];
  const shared = spec.lora.itemRows === "shared";
  const groups = shared ? jobs.map((job) => [job]) : jobs.length === 0 ? [] : [jobs];
  const curves: LossCurve[] = [];
  let steps = 0, finetuneRows = 0, setupRows = 0;
  let rows = shared ? starts[0]?.rows : undefined;
  for (const group of groups) {
    const from = group.map(({ adapter }) =>
      rows === undefined ? adapters[adapter]! : { lora: adapters[adapter]!.lora, rows }
    );
    const trained = await trainAdapters(settings, group.map(({ set }) => set), from, options.pass === "together");
    group.forEach(({ adapter }, index) => adapters[adapter] = trained.adapters[index]!);
    if (shared) rows = trained.adapters[0]!.rows;
    curves.push(...trained.curves);
    steps += trained.steps;
    finetuneRows += trained.rows - trained.setupRows;
    setupRows += trained.setupRows;
  }
  const trained = new Set(options.adapters === "one" ? edit.regions.names.keys() : jobs.map(({ adapter }) => adapter));
  const start = (task.first ? "the default adapter" : "what it began the slice with") +
    (shared ? ", but for the item rows, which all share" : "");
  return {
    // Shared rows (authors): one table that region after region changed; what is left of it serves all.
    adapters: rows === undefined ? adapters : adapters.map(({ lora }) => ({ lora, rows })),
    curves,
    steps,
    finetuneRows,
    setupRows,
    notes: [
      ...untrainedNotes(edit.regions, trained, options.minWindows, slice.name, start),
      ...(budget === undefined ? [] : overrunNotes(steps, budget, slice.name)),
    ],
  };
}

/** The sets and whose adapter each trains. */
async function jobsOf({ regions: options }: MethodSpec, context: MethodContext, task: RegionalTask): Promise<Job[]> {
  const { slice, edit, members } = task;
  const setup = context.data.setupDense;
  const belonging = options.softCopies === "rounded"
    ? await belongingByProbability(edit.regions, await context.represent(slice.windows), edit.membership, options)
    : belongingByDecision(edit, options);
  const sets = regionSets(options, edit.regions.count, {
    slice,
    belonging,
    setup,
    setupRegion: options.replayFrom === "members"
      ? members
      : await routeAll(edit.regions, await context.represent(setup)),
    seed: context.seed,
  });
  if (options.adapters === "each") return sets.map((set) => ({ set, adapter: set.region }));
  return sets.length === 0 ? [] : [{ set: joinedSet(sets), adapter: 0 }];
}

/** The same jobs with the budget's steps divided among them. */
function budgeted(jobs: readonly Job[], training: TrainingSpec, steps: number | undefined): readonly Job[] {
  if (steps === undefined || jobs.length === 0) return jobs;
  const shares = shareSteps(steps, jobs.map(({ set }) => stepsOf(set.windows.count, training)));
  return jobs.map(({ set, adapter }, index) => ({ set: { ...set, steps: shares[index]! }, adapter }));
}
