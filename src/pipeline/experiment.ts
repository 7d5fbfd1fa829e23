/**
 * Runs an experiment: every stage of a resolved spec, in order, through the store.
 * @module
 */
import { join } from "node:path";
import type { CountedRanks } from "../evaluation/rank_windows.ts";
import { rankWindows } from "../evaluation/rank_windows.ts";
import type { Windows } from "../data/types.ts";
import { TrainingError } from "../engine/training_error.ts";
import type { Engine } from "../engine/types.ts";
import { createMethod } from "../methods/registry.ts";
import type { Adapted, Cost } from "../methods/types.ts";
import type { LossCurve } from "../adapters/train.ts";
import type { MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { RegionsResult } from "../reporting/types.ts";
import { stageCheckpoints } from "./checkpoints.ts";
import { openContext, type SeedContext } from "./context.ts";
import type { Prepared } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import { decodeRanks, encodeRanks } from "./ranks_file.ts";
import { summariseRegions } from "./region_summary.ts";
import { adaptedStage, engineId, ranksStage, regionsStage } from "./stages.ts";
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
  readonly backbones: readonly {
    readonly seed: number;
    readonly curve: { readonly steps: readonly number[]; readonly values: readonly number[] };
  }[];
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
}

/**
 * Computes what is not in the store yet; results are the same either way. A method whose loss stops being finite is left out, and a seed whose
 * backbone's does: all others are computed.
 */
export async function runExperiment(spec: ResolvedSpec, prepared: Prepared, bench: Workbench): Promise<ExperimentRun> {
  const runs: MethodRun[] = [];
  const failures: MethodFailure[] = [];
  const backbones: { seed: number; curve: { steps: readonly number[]; values: readonly number[] } }[] = [];
  const durations = [{ stage: "data", seconds: prepared.seconds }];
  let parameters = 0;
  for (const seed of spec.seeds) {
    const many = spec.seeds.length > 1 ? ` (seed ${seed})` : "";
    const context = await unlessDiverged(
      () => openContext(spec, prepared, bench, seed, many),
      (error) => failures.push(...spec.methods.map((method) => ({ spec: method, seed, error }))),
      bench.progress,
    );
    if (context === undefined) continue;
    try {
      parameters = context.parameterCount;
      backbones.push({ seed, curve: context.curve });
      durations.push({ stage: `backbone${many}`, seconds: context.result.seconds });
      const runner = new MethodRunner(spec, prepared, bench, context, many, durations);
      const untouched = await runner.untouched();
      for (const method of spec.methods) {
        const run = await unlessDiverged(
          () => runner.run(method, untouched),
          (error) => failures.push({ spec: method, seed, error }),
          bench.progress,
        );
        if (run !== undefined) runs.push(run);
      }
    } finally {
      context.close();
    }
  }
  return { runs, failures, backbones, parameters, durations };
}

/** Undefined when the loss stopped being finite, which `note` is told and the user reads at once. */
async function unlessDiverged<T>(
  act: () => Promise<T>,
  note: (error: TrainingError) => void,
  progress: Progress,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    note(error);
    progress.say(`failed: ${error.message}`);
    return undefined;
  }
}

/** Runs methods over one backbone. */
class MethodRunner {
  readonly #engine: string;

  constructor(
    readonly spec: ResolvedSpec,
    readonly prepared: Prepared,
    readonly bench: Workbench,
    readonly context: SeedContext,
    readonly suffix: string,
    readonly durations: { stage: string; seconds: number }[],
  ) {
    this.#engine = engineId(bench.engine);
  }

  /** Ranks of the backbone as it came from S: stage "S" of every method's matrix. */
  async untouched(): Promise<SliceRanks[]> {
    const method = createMethod({ ...this.spec.methods[0]!, kind: "base", label: "base" });
    return await this.#rankAll("base", this.context.result.key, () => method.load("", this.context.method("base")));
  }

  async run(spec: MethodSpec, untouched: readonly SliceRanks[]): Promise<MethodRun> {
    const method = createMethod(spec);
    const methodContext = this.context.method(spec.label);
    const states: { stage: string; ranks: readonly SliceRanks[] }[] = [{ stage: "S", ranks: untouched }];
    let key = this.context.result.key;
    let seconds = 0;
    const cost = { steps: 0, finetuneRows: 0, setupRows: 0, parameters: 0 };
    const curves: LossCurve[] = [];
    let last: Lazy<Adapted> | undefined;
    for (const slice of this.prepared.data.finetune) {
      if (spec.kind === "base") {
        states.push({ stage: slice.name, ranks: untouched });
        continue;
      }
      const previous = last;
      const identity = adaptedStage(this.spec, spec, method.settings, slice.name, key, this.context.seed, this.#engine);
      const result = await this.#stage(
        `${spec.label}: adapt to ${slice.name}`,
        () =>
          this.bench.store.stage(identity, async (folder, scratch) => {
            const checkpoints = stageCheckpoints(scratch, this.bench.checkpointEvery);
            const made = await method.adapt(await previous?.(), slice, { ...methodContext, checkpoints });
            await made.save(folder);
          }),
      );
      seconds += result.seconds;
      key = result.key;
      // Read back even when it was computed just now: saving rounds item rows, and a resumed run must get the same bytes.
      last = lazy(() => method.load(result.folder, methodContext));
      const adapted = await last();
      cost.steps += adapted.cost.steps;
      cost.finetuneRows += adapted.cost.finetuneRows;
      cost.setupRows += adapted.cost.setupRows;
      cost.parameters = adapted.cost.parameters;
      curves.push(...adapted.curves);
      states.push({ stage: slice.name, ranks: await this.#rankAll(spec.label, key, last) });
    }
    const regions = last === undefined ? undefined : await this.#regions(spec.label, key, await last());
    return {
      spec,
      seed: this.context.seed,
      states,
      cost,
      curves,
      seconds,
      ...(regions === undefined ? {} : { regions }),
    };
  }

  /** Ranks the windows of all slices with one state: one stage, one graph. */
  async #rankAll(label: string, key: string, adapted: () => Promise<Adapted>): Promise<SliceRanks[]> {
    const { engine, store, progress } = this.bench;
    const { ranked, evaluated } = this.prepared;
    const { batch, cutoffs } = this.spec.evaluation;
    const top = Math.max(...cutoffs);
    const file = "ranks.safetensors";
    const identity = ranksStage(this.spec, key, this.#engine);
    const result = await this.#stage(
      `${label}: rank ${evaluated.map(({ name }) => name).join(", ")}`,
      () =>
        store.stage(identity, async (folder) => {
          const scorer = await (await adapted()).scorer(ranked);
          try {
            const onBatch = (done: number, total: number) => progress.tick("windows", done, total);
            const ranks = await rankWindows(engine, scorer, ranked, { batch, top, onBatch });
            await Deno.writeFile(join(folder, file), encodeRanks(ranks));
          } finally {
            scorer.dispose();
          }
        }),
    );
    const path = join(result.folder, file);
    const ranks = decodeRanks(await Deno.readFile(path), path);
    return evaluated.map(({ name, windows, from }) => ({
      slice: name,
      windows,
      ranks: {
        greater: ranks.greater.subarray(from, from + windows.count),
        equal: ranks.equal.subarray(from, from + windows.count),
        top: ranks.top.subarray(from * top, (from + windows.count) * top),
      },
    }));
  }

  async #regions(label: string, key: string, adapted: Adapted): Promise<RegionsResult | undefined> {
    if (adapted.regions === undefined) return undefined;
    const trace = adapted.regions;
    const file = "regions.json";
    const result = await this.#stage(
      `${label}: describe regions`,
      () =>
        this.bench.store.stage(regionsStage(key, this.#engine), async (folder) => {
          const summary = await summariseRegions(trace, this.prepared, this.context);
          await Deno.writeTextFile(join(folder, file), JSON.stringify(summary));
        }),
    );
    return JSON.parse(await Deno.readTextFile(join(result.folder, file))) as RegionsResult;
  }

  async #stage(label: string, run: () => Promise<StageResult>): Promise<StageResult> {
    const { progress } = this.bench;
    progress.begin(label + this.suffix);
    const result = await run();
    progress.end(result.seconds, result.cached);
    this.durations.push({ stage: label + this.suffix, seconds: result.seconds });
    return result;
  }
}

type Lazy<T> = () => Promise<T>;

function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let value: Promise<T> | undefined;
  return () => value ??= make();
}
