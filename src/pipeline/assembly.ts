/**
 * Puts the results of stages together, seed by seed, and notes which methods stopped.
 * @module
 */
import type { LossCurve } from "../adapters/train.ts";
import { sayingOutOfMemory } from "../engine/out_of_memory.ts";
import type { Curve } from "../engine/training_loop.ts";
import { MethodError } from "../methods/method_error.ts";
import type { ExperimentRun, MethodRun, SliceRanks } from "./experiment.ts";
import { inRunOrder, type MethodStages, type SeedStages, type StageNode } from "./graph.ts";
import { type MethodFailure, stopsMethodAlone } from "./method_failure.ts";
import type { Progress } from "./progress.ts";
import type { StageRunner } from "./stage_runner.ts";
import type { StageResult } from "./store.ts";

/** A run as it grows. */
export class Assembly implements ExperimentRun {
  readonly runs: MethodRun[] = [];
  readonly failures: MethodFailure[] = [];
  readonly backbones: { readonly seed: number; readonly curve: Curve }[] = [];
  readonly durations: { readonly stage: string; readonly seconds: number }[];
  parameters = 0;
  readonly #results = new Map<string, StageResult>();
  readonly #runner: StageRunner;
  readonly #progress: Progress;
  readonly #failedElsewhere: ReadonlyMap<string, string>;

  /** @param failedElsewhere why stages that other processes tried cannot be computed, by key; they are not tried again. */
  constructor(runner: StageRunner, failedElsewhere: ReadonlyMap<string, string> = new Map()) {
    this.durations = [{ stage: "data", seconds: runner.prepared.seconds }];
    this.#runner = runner;
    this.#progress = runner.bench.progress;
    this.#failedElsewhere = failedElsewhere;
  }

  /** Computes all stages of a seed, or takes them from the store. */
  async seed({ seed, backbone, untouched, methods }: SeedStages): Promise<void> {
    const ranks = await this.#unlessStopped("the backbone", false, async () => {
      await this.#result(backbone, backbone);
      const { curve, parameterCount } = await this.#runner.context(backbone);
      this.parameters = parameterCount;
      if (curve !== undefined) this.backbones.push({ seed, curve });
      return await this.#ranks(untouched, backbone);
    });
    if (ranks instanceof Error) {
      this.failures.push(...methods.map(({ spec }) => ({ spec, seed, error: ranks })));
      return;
    }
    const ended = new Map<MethodStages, MethodRun | Error>();
    for (const method of inRunOrder(methods)) {
      const run = await this.#unlessStopped(method.spec.label, true, async () => {
        mustHaveYardstick(method, ended);
        return await this.#method(method, backbone, ranks);
      });
      ended.set(method, run);
    }
    for (const method of methods) {
      const run = ended.get(method)!;
      if (run instanceof Error) this.failures.push({ spec: method.spec, seed, error: run });
      else this.runs.push(run);
    }
  }

  /** Frees the device. */
  close(): void {
    this.#runner.close();
  }

  async #method(
    { spec, vectors, slices, regions }: MethodStages,
    backbone: StageNode,
    untouched: readonly SliceRanks[],
  ): Promise<MethodRun> {
    const { seed } = backbone;
    const states: { stage: string; ranks: readonly SliceRanks[] }[] = [{ stage: "S", ranks: untouched }];
    const cost = { steps: 0, finetuneRows: 0, setupRows: 0, parameters: 0 };
    const curves: LossCurve[] = [];
    let seconds = 0;
    for (const node of vectors) await this.#result(node, backbone);
    for (const { slice, adapted, ranks } of slices) {
      seconds += (await this.#result(adapted, backbone)).seconds;
      const state = await sayingOutOfMemory(adapted.stage, () => this.#runner.state(spec, adapted, backbone));
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
    return { ...run, ...await this.#runner.regions(await this.#result(regions, backbone)) };
  }

  async #ranks(node: StageNode, backbone: StageNode): Promise<SliceRanks[]> {
    return this.#runner.ranks(await this.#result(node, backbone));
  }

  async #result(node: StageNode, backbone: StageNode): Promise<StageResult> {
    const reason = this.#failedElsewhere.get(node.key);
    if (reason !== undefined) throw new MethodError(reason);
    // Seeds share what is read from a file.
    const known = this.#results.get(node.stage);
    if (known !== undefined) return known;
    const result = await this.#runner.result(node, backbone);
    this.durations.push({ stage: durationName(node), seconds: result.seconds });
    this.#results.set(node.stage, result);
    return result;
  }

  /** The error where it stops `who` alone, which the user reads at once. */
  async #unlessStopped<T>(who: string, ofMethod: boolean, act: () => Promise<T>): Promise<T | Error> {
    try {
      return await act();
    } catch (error) {
      if (!stopsMethodAlone(error, ofMethod)) throw error;
      this.#progress.say(`failed: ${who}: ${error.message}`);
      return error;
    }
  }
}

/** Without the steps of its yardstick a method has no budget to keep. */
function mustHaveYardstick({ spec, yardstick }: MethodStages, ended: ReadonlyMap<MethodStages, unknown>): void {
  if (yardstick === undefined || !(ended.get(yardstick) instanceof Error)) return;
  throw new MethodError(
    `Cannot match the budget of ${spec.label}: it was to take as many steps as ${yardstick.spec.label}, which failed`,
  );
}

/** As reports list it: the backbone by its bare name. */
const durationName = ({ stage, task }: StageNode): string =>
  task.kind === "backbone" ? stage.replace(/: (train \S+ on S|read weights)/, "") : stage;
