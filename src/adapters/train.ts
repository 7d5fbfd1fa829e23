/**
 * Training adapters on a frozen backbone: any number of them, one after the other or side by side in one pass.
 * @module
 */
import { negativesOf } from "../backbones/losses.ts";
import type { Backbone } from "../backbones/types.ts";
import { scheduledRate } from "../engine/schedule.ts";
import { stream } from "../engine/random.ts";
import { type Checkpoints, type Curve, runTraining } from "../engine/training_loop.ts";
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, Engine, TensorMap } from "../engine/types.ts";
import type { TrainingSpec } from "../spec/types.ts";
import { type AdapterValues, type BankConfig, bankLayout } from "./bank.ts";
import { bankBatch, type BatchSettings, epochOrder, type Share, type TrainingSet } from "./batches.ts";
import {
  type BankBatch,
  type BankOutputs,
  type BankState,
  bankStep,
  type StepSettings,
  UNCLIPPED,
} from "./train_step.ts";

/** Settings of one training. */
export interface AdapterTraining {
  /** Compiles the step; stays open. */
  readonly engine: Engine;
  /** The frozen architecture adapters sit on. */
  readonly backbone: Backbone;
  /** The frozen backbone's parameters; never changed. */
  readonly parameters: TensorMap;
  /** Layout of every adapter that is trained. */
  readonly bank: BankConfig;
  /** Loss, epochs, batch, rate, decay, clipping, warm-up. */
  readonly training: TrainingSpec;
  /** Where the loss is taken: at each window's target alone, or at every position. */
  readonly positions: "last" | "all";
  /** Item rows' rate as a multiple of `training.learningRate`. */
  readonly itemRate: number;
  /** lambda of the penalty lambda mean(delta^2) on item rows; 0: none. */
  readonly anchor: number;
  /** Rate in [0, 1) of the backbone's own dropout; 0 leaves the frozen part in evaluation mode. */
  readonly backboneDropout: number;
  /** Where the compiled step is kept for the next training that needs the same one; its owner disposes what is in it. */
  readonly steps: StepCache;
  /** Root of shuffles, negatives and dropout. */
  readonly seed: number;
  /** Where trainings are kept while they run, and taken up from; a name is the purposes of the sets trained together. */
  readonly checkpoints?: Checkpoints | undefined;
  /** Steps done so far and in all, for progress; may throw to stop. */
  readonly onStep?: (done: number, total: number, loss: number) => void | Promise<void>;
}

/** Compiled steps by what they were compiled from: tracing one takes longer than ten steps. */
export type StepCache = Map<string, CompiledStep<BankBatch, BankState, BankOutputs>>;

/** Loss over steps: the mean loss of the batch, penalties included. */
export interface LossCurve extends Curve {
  /** Purposes of the sets trained, e.g. "lora F1". */
  readonly name: string;
}

/** What training gives back. */
export interface TrainedAdapters {
  /** In the order of the sets. */
  readonly adapters: readonly AdapterValues[];
  /** One for each pass. */
  readonly curves: readonly LossCurve[];
  /** Optimiser steps, counted for each adapter by itself. */
  readonly steps: number;
  /** Rows seen over all epochs. */
  readonly rows: number;
}

/**
 * Optimiser steps a set takes.
 *
 * @example
 * ```ts
 * import { stepsOf } from "./train.ts";
 * import { parseSpec } from "../spec/parse.ts";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["lora"]}';
 * const { training } = parseSpec(text, "a.json", { set: ["lora.training.batch=256"] }).resolved.methods[0]!.lora;
 * console.assert(stepsOf(257, training) === 2 * training.epochs);
 * ```
 */
export const stepsOf = (rows: number, { batch, epochs }: TrainingSpec): number => Math.ceil(rows / batch) * epochs;

/**
 * Trains one adapter for each set, each from its own start, with its own optimiser.
 *
 * @param together All adapters in one pass: each step takes one batch of every adapter that still has rows. The numbers equal those of training
 * one after the other, up to rounding; what is frozen is computed in larger products.
 */
export async function trainAdapters(
  settings: AdapterTraining,
  sets: readonly TrainingSet[],
  start: readonly AdapterValues[],
  together = false,
): Promise<TrainedAdapters> {
  const groups = together ? [sets.map((_, index) => index)] : sets.map((_, index) => [index]);
  const total = sets.reduce((sum, { windows }) => sum + stepsOf(windows.count, settings.training), 0);
  const adapters: AdapterValues[] = [...start];
  const curves: LossCurve[] = [];
  let done = 0;
  for (const group of groups) {
    const step = readyStep(settings, group.map((index) => start[index]!));
    const members = group.map((index) => sets[index]!);
    const name = members.map(({ purpose }) => purpose).join(" + ");
    const before = done;
    const curve = await runSteps(settings, name, step, members, async (steps, loss) => {
      done = before + steps;
      await settings.onStep?.(done, total, loss);
    });
    done = before + members.reduce((sum, { windows }) => sum + stepsOf(windows.count, settings.training), 0);
    curves.push({ ...curve, name });
    const trained = await readAdapters(step, group.length);
    group.forEach((index, place) => adapters[index] = trained[place]!);
  }
  const rows = sets.reduce((sum, { windows }) => sum + windows.count * settings.training.epochs, 0);
  return { adapters, curves, steps: total, rows };
}

/** The compiled step with its state set to the given adapters: taken from the cache, or compiled and kept there. */
function readyStep(settings: AdapterTraining, start: readonly AdapterValues[]) {
  const { training: { loss }, positions, anchor, backboneDropout, bank, backbone, steps } = settings;
  const same = { adapters: start.length, loss, positions, anchor, backboneDropout };
  const key = JSON.stringify([same, { ...bank, itemRows: bank.itemRows.join() }]);
  const state = bankState(start);
  try {
    const kept = steps.get(key);
    if (kept !== undefined) {
      kept.writeState(state);
      return kept;
    }
    const stepSettings: StepSettings = { ...same, backbone, bank };
    const options = { name: `adapt ${backbone.kind}`, state, frozen: settings.parameters };
    const made = settings.engine.compile(bankStep(stepSettings), options);
    steps.set(key, made);
    return made;
  } finally {
    tf.dispose(state);
  }
}

function bankState(adapters: readonly AdapterValues[]): BankState {
  const stack = (pick: (adapter: AdapterValues) => Float32Array) => {
    // Item rows may be absent; a state entry needs at least one number.
    const size = Math.max(1, pick(adapters[0]!).length);
    const values = new Float32Array(adapters.length * size);
    adapters.forEach((adapter, index) => values.set(pick(adapter), index * size));
    return tf.tensor2d(values, [adapters.length, size]);
  };
  const lora = stack((adapter) => adapter.lora);
  const rows = stack((adapter) => adapter.rows);
  return {
    lora,
    loraM: tf.zerosLike(lora),
    loraV: tf.zerosLike(lora),
    rows,
    rowsM: tf.zerosLike(rows),
    rowsV: tf.zerosLike(rows),
    count: tf.zeros([adapters.length, 1]),
  };
}

async function readAdapters(
  step: CompiledStep<BankBatch, BankState, TensorMap>,
  adapters: number,
): Promise<AdapterValues[]> {
  const state = step.readState();
  try {
    const lora = await state.lora.data() as Float32Array;
    const rows = await state.rows.data() as Float32Array;
    const part = (values: Float32Array, index: number) =>
      values.slice(index * values.length / adapters, (index + 1) * values.length / adapters);
    return Array.from({ length: adapters }, (_, index) => ({ lora: part(lora, index), rows: part(rows, index) }));
  } finally {
    tf.dispose(state);
  }
}

/** Trains the sets side by side; `onStep` is told the steps done so far, counted for each adapter by itself. */
function runSteps(
  settings: AdapterTraining,
  name: string,
  step: CompiledStep<BankBatch, BankState, BankOutputs>,
  sets: readonly TrainingSet[],
  onStep: (steps: number, loss: number) => Promise<void>,
): Promise<Curve> {
  const { training, seed } = settings;
  const batchSettings: BatchSettings = {
    backbone: settings.backbone,
    bank: settings.bank,
    layout: bankLayout(settings.bank),
    batch: training.batch,
    negatives: negativesOf(training.loss),
    positions: settings.positions,
    seed,
  };
  const totals = sets.map(({ windows }) => stepsOf(windows.count, training));
  const orders = new Map<number, { epoch: number; order: Int32Array }>();
  return runTraining({
    name,
    step,
    total: Math.max(0, ...totals),
    inputs: (index) => {
      const shares = sets.map((set, place) => share(set, place, index, totals[place]!, training.batch, seed, orders));
      return {
        ...bankBatch(batchSettings, shares),
        clip: tf.scalar(training.clip ?? UNCLIPPED),
        weightDecay: tf.scalar(training.weightDecay),
        itemRate: tf.scalar(settings.itemRate),
        learningRate: tf.tensor2d(
          totals.map((total) =>
            scheduledRate(training.learningRate, Math.min(index, total - 1), total, training.warmup)
          ),
          [sets.length, 1],
        ),
        noise: tf.tensor1d(
          stream(seed, `dropout ${sets.map(({ purpose }) => purpose).join()}`, index).int32(2),
          "int32",
        ),
      } as BankBatch;
    },
    parts: (index) => totals.filter((total) => index < total).length,
    checkpoints: settings.checkpoints,
    onStep: (done, loss) => onStep(totals.reduce((sum, total) => sum + Math.min(done, total), 0), loss),
  });
}

/** The rows a set contributes to its step `index`: shuffled anew every epoch; none once it has had all its epochs. */
function share(
  set: TrainingSet,
  place: number,
  index: number,
  total: number,
  batch: number,
  seed: number,
  orders: Map<number, { epoch: number; order: Int32Array }>,
): Share {
  if (index >= total) return { set, rows: new Int32Array(0), step: index };
  const perEpoch = Math.ceil(set.windows.count / batch);
  const epoch = Math.floor(index / perEpoch);
  let current = orders.get(place);
  if (current?.epoch !== epoch) {
    current = { epoch, order: epochOrder(seed, set, epoch) };
    orders.set(place, current);
  }
  const from = (index % perEpoch) * batch;
  return { set, rows: current.order.subarray(from, from + batch), step: index };
}
