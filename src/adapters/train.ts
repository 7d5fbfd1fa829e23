/**
 * Training adapters on a frozen backbone: any number of them, one after the other or side by side in one pass.
 * @module
 */
import type { Positions } from "../backbones/examples.ts";
import { negativesOf } from "../backbones/losses.ts";
import type { Backbone } from "../backbones/types.ts";
import { scheduledRate } from "../engine/schedule.ts";
import { stream } from "../engine/random.ts";
import { type Checkpoints, type Curve, runTraining } from "../engine/training_loop.ts";
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, Engine, TensorMap } from "../engine/types.ts";
import type { TrainingSpec } from "../spec/types.ts";
import { type AdapterValues, type BankConfig, bankLayout } from "./bank.ts";
import { compileParts } from "./batch_parts.ts";
import { moments, readValues, stacked, startState } from "./bank_state.ts";
import {
  bankBatch,
  type BatchSettings,
  drawsOf,
  passesOf,
  rowsAtOnce,
  rowsSeen,
  type Share,
  stepRows,
  totalSteps,
  type TrainingSet,
} from "./batches.ts";
import type { Mixing } from "./gate.ts";
import { inOneSlot, inSlots, placesAt, type Schedule, scheduleOf, type SlotBatch, type SlotStep } from "./slots.ts";
import {
  type BankBatch,
  type BankOutputs,
  type BankState,
  bankStep,
  type StepSettings,
  type Term,
  termInput,
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
  readonly positions: Positions;
  /** What the loss on the rows counts for beside the terms; left out: 1. */
  readonly lossWeight?: number;
  /** What the method adds to the loss; left out: nothing. Only for one adapter at a time, or a mixture. */
  readonly terms?: readonly Term[];
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
  /** Blocks of scores over the catalogue that are held at a time, see `blocksHeld`; no value depends on it. Left out: 1. */
  readonly held?: number | undefined;
  /** Parts a batch is worked through in, so that a step takes the memory of one (see accumulate.ts); left out: 1. */
  readonly accumulation?: number;
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
  /** Of these, rows of S. */
  readonly setupRows: number;
}

/**
 * Trains one adapter for each set, each from its own start, with its own optimiser.
 *
 * @param together All adapters in one pass: each step takes batches of as many adapters as can train side by side without idling, see
 * {@linkcode scheduleOf}. The numbers equal those of training one after the other, up to rounding; what is frozen is computed in larger products.
 * Sets that fill no batch have passes of their own, with sets of like size.
 */
export async function trainAdapters(
  settings: AdapterTraining,
  sets: readonly TrainingSet[],
  start: readonly AdapterValues[],
  together = false,
): Promise<TrainedAdapters> {
  const groups = together ? passesOf(sets, settings.training) : sets.map((_, index) => [index]);
  const stepsIn = (members: readonly TrainingSet[]) =>
    members.reduce((sum, set) => sum + totalSteps(set, settings.training), 0);
  const total = stepsIn(sets);
  const adapters: AdapterValues[] = [...start];
  const curves: LossCurve[] = [];
  let before = 0;
  for (const group of groups) {
    const members = group.map((index) => sets[index]!);
    const name = members.map(({ purpose }) => purpose).join(" + ");
    // Steps with several slots hold as many states: they are not kept for later trainings, which may have others.
    const kept = members.length === 1 ? settings : { ...settings, steps: new Map() };
    const step = inSlots(
      startState(group.map((index) => start[index]!)),
      (state, slots) => readyStep(kept, state, slots),
      (step) => {
        if (kept !== settings) step.dispose();
      },
    );
    try {
      const curve = await runSteps(settings, name, step, members, together, async (steps, loss) => {
        await settings.onStep?.(before + steps, total, loss);
      });
      before += stepsIn(members);
      curves.push({ ...curve, name });
      const { lora, rows } = await readValues(step, ["lora", "rows"]);
      const part = (values: Float32Array, place: number) =>
        values.slice(place * values.length / group.length, (place + 1) * values.length / group.length);
      group.forEach((index, place) => {
        adapters[index] = { lora: part(lora!, place), rows: part(rows!, place).slice(0, start[index]!.rows.length) };
      });
    } finally {
      step.dispose();
    }
  }
  return { adapters, curves, steps: total, ...seen(settings, sets) };
}

/** A bank whose adapters are mixed by a gate. */
export interface MixtureValues {
  /** Low-rank terms of each, [adapters][loraSize]. */
  readonly lora: readonly Float32Array[];
  /** [rowsSize], item rows of the whole. */
  readonly rows: Float32Array;
  /** [size] */
  readonly gate: Float32Array;
}

/** What training a mixture gives back. */
export interface TrainedMixture extends Omit<TrainedAdapters, "adapters"> {
  readonly mixture: MixtureValues;
}

/** Trains all adapters of a mixture, their gate and their item rows together on one set. */
export async function trainMixture(
  settings: AdapterTraining,
  mixing: Mixing,
  set: TrainingSet,
  start: MixtureValues,
): Promise<TrainedMixture> {
  const state = { ...startState(start.lora.map((lora) => ({ lora, rows: start.rows }))) };
  tf.dispose([state.rows!, state.rowsM!, state.rowsV!, state.count!]);
  const one = { ...moments("rows", stacked([start.rows])), ...moments("gate", stacked([start.gate])) };
  const step = readyStep(settings, { ...state, ...one, count: tf.zeros([1, 1]) }, start.lora.length, mixing);
  const total = totalSteps(set, settings.training);
  const onStep = async (done: number, loss: number) => await settings.onStep?.(done, total, loss);
  const curve = { ...await runSteps(settings, set.purpose, inOneSlot(step), [set], false, onStep), name: set.purpose };
  const { lora, rows, gate } = await readValues(step, ["lora", "rows", "gate"]);
  const size = lora!.length / start.lora.length;
  const mixture = {
    lora: start.lora.map((_, index) => lora!.slice(index * size, (index + 1) * size)),
    rows: rows!.slice(0, start.rows.length),
    gate: gate!,
  };
  return { mixture, curves: [curve], steps: total, ...seen(settings, [set]) };
}

function seen({ seed, training }: AdapterTraining, sets: readonly TrainingSet[]): { rows: number; setupRows: number } {
  const each = sets.map((set) => rowsSeen(seed, set, training));
  const sum = (pick: (one: { rows: number; setupRows: number }) => number) =>
    each.reduce((all, one) => all + pick(one), 0);
  return { rows: sum(({ rows }) => rows), setupRows: sum(({ setupRows }) => setupRows) };
}

/** The compiled step with its state set to the given one, which it takes over: taken from the cache, or compiled and kept there. */
function readyStep(settings: AdapterTraining, state: TensorMap, adapters: number, mixing?: Mixing) {
  const { training: { loss }, positions, anchor, backboneDropout, bank, backbone, steps } = settings;
  const { lossWeight = 1, terms = [], accumulation = 1, held } = settings;
  const same = { adapters, loss, lossWeight, positions, anchor, backboneDropout, held };
  const parts = [terms.map(({ key }) => key), mixing?.key ?? null];
  const key = JSON.stringify([same, accumulation, { ...bank, itemRows: bank.itemRows.join() }, parts]);
  try {
    const kept = steps.get(key);
    if (kept !== undefined) {
      kept.writeState(state as BankState);
      return kept;
    }
    const stepSettings: StepSettings = { ...same, terms, mixing, backbone, bank };
    const options = { name: `adapt ${backbone.kind}`, state: state as BankState, frozen: settings.parameters };
    const made = accumulation === 1
      ? settings.engine.compile(bankStep(stepSettings), options)
      : compileParts(settings.engine, bankStep(stepSettings), options, { accumulation, terms, bank });
    steps.set(key, made);
    return made;
  } finally {
    tf.dispose(Object.values(state));
  }
}

/**
 * Trains the sets side by side; `onStep` is told the steps done so far, counted for each adapter by itself.
 *
 * @param fitted whether batches are made for no more rows than the sets have
 */
function runSteps(
  settings: AdapterTraining,
  name: string,
  step: SlotStep,
  sets: readonly TrainingSet[],
  fitted: boolean,
  onStep: (steps: number, loss: number) => Promise<void>,
): Promise<Curve> {
  const { training, seed, terms = [] } = settings;
  const batchSettings: BatchSettings = {
    backbone: settings.backbone,
    bank: settings.bank,
    layout: bankLayout(settings.bank),
    batch: fitted ? rowsAtOnce(sets, training) : training.batch,
    negatives: negativesOf(training.loss),
    positions: settings.positions,
    seed,
  };
  const totals = sets.map((set) => totalSteps(set, training));
  const schedule = scheduleOf(totals);
  /** What stands in a slot, and the adapter's own count of steps. */
  const share = (place: number, index: number): Share => {
    const set = sets[Math.max(0, place)]!;
    const step = place < 0 ? 0 : index - schedule.turns[place]!.from;
    return { set, rows: place < 0 ? new Int32Array(0) : stepRows(seed, set, training.batch, step), step };
  };
  return runTraining({
    name,
    step,
    total: schedule.steps,
    inputs: (index) => {
      const places = placesAt(schedule, totals, index);
      const shares = Array.from(places, (place) => share(place, index));
      const own = terms.flatMap((term, place) =>
        Object.entries(term.inputs(index)).map(([name, tensor]) => [termInput(place, name), tensor] as const)
      );
      return {
        ...bankBatch(batchSettings, shares),
        ...Object.fromEntries(own),
        clip: tf.scalar(training.clip ?? UNCLIPPED),
        weightDecay: tf.scalar(training.weightDecay),
        itemRate: tf.scalar(settings.itemRate),
        learningRate: tf.tensor2d(
          shares.map(({ step }, slot) =>
            scheduledRate(training.learningRate, step, totals[Math.max(0, places[slot]!)]!, training.warmup)
          ),
          [places.length, 1],
        ),
        noise: tf.tensor1d(
          stream(seed, `dropout ${sets.map(drawsOf).join()}`, index).int32(2),
          "int32",
        ),
        places: tf.tensor1d(places, "int32"),
      } as SlotBatch;
    },
    parts: (index) => placesAt(schedule, totals, index).filter((place) => place >= 0).length,
    checkpoints: settings.checkpoints,
    onStep: (done, loss) => onStep(stepsDone(schedule, totals, done), loss),
  });
}

/** Optimiser steps that adapters have taken, each counted by itself, when the training has taken `done`. */
const stepsDone = ({ turns }: Schedule, totals: readonly number[], done: number): number =>
  turns.reduce((sum, { from }, adapter) => sum + Math.max(0, Math.min(done - from, totals[adapter]!)), 0);
