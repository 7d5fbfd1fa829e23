/**
 * Batches for adapter training: which rows, which negatives, as tensors. A batch depends on (seed, purpose, epoch, step) alone.
 * @module
 */
import type { Backbone } from "../backbones/types.ts";
import { ExampleBatch, type Positions } from "../backbones/examples.ts";
import { type TrainingRows, windowRows } from "../backbones/training_rows.ts";
import type { Windows } from "../data/types.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import type { TrainingSpec } from "../spec/types.ts";
import { type BankConfig, type BankLayout, rowPlaces } from "./bank.ts";
import type { ExampleTensors } from "./train_step.ts";

/** What one adapter trains on. */
export interface TrainingSet {
  /** Names the training, and joins streams to it, so that training an adapter alone or beside others draws the same numbers. */
  readonly purpose: string;
  /** What streams are joined to instead: two sets of the same draws are shuffled alike, with the same negatives and dropout. */
  readonly draws?: string;
  /** Its rows; the same windows may stand in several sets. */
  readonly windows: Windows;
  /** [windows.count], or all 1. */
  readonly weights?: Float32Array;
  /** Items that may not be drawn as negatives of a row; left out: those of its window. */
  readonly excluded?: TrainingRows["excluded"];
  /** Optimiser steps in all, over as many epochs as they need; left out: as many as the training's epochs make. */
  readonly steps?: number;
  /** Rows, the last ones, that are of S; left out: none. */
  readonly setupRows?: number;
}

/**
 * Optimiser steps that a training's epochs take over so many rows.
 *
 * @example
 * ```ts
 * import { stepsOf } from "./batches.ts";
 * import { parseSpec } from "../spec/parse.ts";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["lora"]}';
 * const { training } = parseSpec(text, "a.json", { set: ["lora.training.batch=256"] }).resolved.methods[0]!.lora;
 * console.assert(stepsOf(257, training) === 2 * training.epochs);
 * ```
 */
export const stepsOf = (rows: number, { batch, epochs }: TrainingSpec): number => Math.ceil(rows / batch) * epochs;

/** What a set's streams are joined to. */
export const drawsOf = ({ draws, purpose }: TrainingSet): string => draws ?? purpose;

/** Optimiser steps a set takes in all. */
export const totalSteps = ({ windows, steps }: TrainingSet, training: TrainingSpec): number =>
  steps ?? stepsOf(windows.count, training);

/** Rows a batch has room for, for each of the sets trained side by side. */
export const rowsAtOnce = (sets: readonly TrainingSet[], { batch }: TrainingSpec): number =>
  Math.min(batch, Math.max(1, ...sets.map(({ windows }) => windows.count)));

/**
 * Which sets are trained side by side, by their places, those of most steps first: all that fill a batch; of the others those whose sizes differ by
 * less than half, so that little of a batch stays empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowsOf } from "../data/window_rows.ts";
 * import { parseSpec } from "../spec/parse.ts";
 * import { passesOf } from "./batches.ts";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["lora"]}';
 * const { training } = parseSpec(text, "a.json", { set: ["lora.training.batch=256"] }).resolved.methods[0]!.lora;
 * const sets = [100, 2000, 300, 90].map((count) => {
 *   const empty = { users: new Int32Array(count), items: new Int32Array(2 * count), times: new Float64Array(2 * count) };
 *   return { purpose: `${count} rows`, windows: windowsOf({ context: 1, ...empty }) };
 * });
 * assert.deepEqual(passesOf(sets, training), [[1, 2], [0, 3]]);
 * ```
 */
export function passesOf(sets: readonly TrainingSet[], training: TrainingSpec): readonly (readonly number[])[] {
  const sizes = sets.map((set) => rowsAtOnce([set], training));
  const order = [...sets.keys()].sort((a, b) =>
    sizes[b]! - sizes[a]! || totalSteps(sets[b]!, training) - totalSteps(sets[a]!, training) || a - b
  );
  const passes: number[][] = [];
  for (const index of order) {
    const last = passes.at(-1);
    if (last === undefined || sizes[index]! <= sizes[last[0]!]! / 2) passes.push([index]);
    else last.push(index);
  }
  return passes.map((pass) =>
    pass.sort((a, b) => totalSteps(sets[b]!, training) - totalSteps(sets[a]!, training) || a - b)
  );
}

/** The rows of a set's step `index`: shuffled anew every epoch. */
export function stepRows(seed: number, set: TrainingSet, batch: number, index: number): Int32Array {
  const perEpoch = Math.ceil(set.windows.count / batch);
  const from = (index % perEpoch) * batch;
  return epochOrder(seed, set, Math.floor(index / perEpoch)).subarray(from, from + batch);
}

/** Rows a set sees in all its steps, and how many of them are of S. */
export function rowsSeen(seed: number, set: TrainingSet, training: TrainingSpec): { rows: number; setupRows: number } {
  const { windows: { count }, setupRows = 0 } = set;
  if (count === 0) return { rows: 0, setupRows: 0 };
  const perEpoch = Math.ceil(count / training.batch);
  const steps = totalSteps(set, training);
  const epochs = Math.floor(steps / perEpoch);
  const begun = steps % perEpoch === 0
    ? new Int32Array(0)
    : epochOrder(seed, set, epochs).subarray(0, Math.min(count, (steps % perEpoch) * training.batch));
  const ofSetup = begun.filter((row) => row >= count - setupRows).length;
  return { rows: epochs * count + begun.length, setupRows: epochs * setupRows + ofSetup };
}

/**
 * Row order of an epoch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowsOf } from "../data/window_rows.ts";
 * import { epochOrder } from "./batches.ts";
 * const empty = { users: new Int32Array(9), items: new Int32Array(18), times: new Float64Array(18) };
 * const set = { purpose: "lora F1", windows: windowsOf({ context: 1, ...empty }) };
 * assert.deepEqual(epochOrder(1, set, 3), epochOrder(1, set, 3));
 * assert.deepEqual([...epochOrder(1, set, 3)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
 * ```
 */
export function epochOrder(seed: number, set: TrainingSet, epoch: number): Int32Array {
  const { count } = set.windows;
  const kept = latest.get(set);
  if (kept?.seed === seed && kept.epoch === epoch && kept.order.length === count) return kept.order;
  const order = Int32Array.from({ length: count }, (_, row) => row);
  stream(seed, `shuffle ${drawsOf(set)}`, epoch).shuffle(order);
  latest.set(set, { seed, epoch, order });
  return order;
}

/** The order asked for last, of each set: a training asks for it in every step. */
const latest = new WeakMap<
  TrainingSet,
  { readonly seed: number; readonly epoch: number; readonly order: Int32Array }
>();

/** What {@linkcode bankBatch} needs beside the rows. */
export interface BatchSettings {
  /** Makes the tensors a model reads, and gives the catalogue's size. */
  readonly backbone: Backbone;
  /** Says which items have rows. */
  readonly bank: BankConfig;
  /** Of `bank`; made once, since every batch needs it. */
  readonly layout: BankLayout;
  /** Rows there is room for of each adapter in a step. */
  readonly batch: number;
  /** Drawn for every position with a loss. */
  readonly negatives: number;
  /** Where the loss is taken. */
  readonly positions: Positions;
  /** Root of the negatives' streams. */
  readonly seed: number;
}

/** The rows one adapter contributes to a step; no rows: it is done and rests. */
export interface Share {
  /** What the rows point into. */
  readonly set: TrainingSet;
  /** At most `batch` of them. */
  readonly rows: Int32Array;
  /** Counts the adapter's own steps: part of the random streams. */
  readonly step: number;
}

/**
 * One batch of `batch` rows for each adapter, short ones padded with rows of weight 0.
 *
 * @returns tensors without rates and noise; the caller disposes them.
 */
export function bankBatch(settings: BatchSettings, shares: readonly Share[]): ExampleTensors {
  const { backbone, bank, layout, batch, negatives, positions } = settings;
  const adapters = shares.length;
  const time = Math.min(shares[0]!.set.windows.context, backbone.maxLength);
  const rows = adapters * batch;
  const examples = new ExampleBatch({ rows, time, positions, negatives, items: backbone.items });
  shares.forEach(({ set, rows: chosen, step }, adapter) => {
    const draw = stream(settings.seed, `negatives ${drawsOf(set)}`, step);
    const source = { ...windowRows(set.windows), ...(set.excluded === undefined ? {} : { excluded: set.excluded }) };
    examples.put(adapter * batch, source, chosen, draw, (row) => set.weights?.[row] ?? 1);
  });
  const { sequences, candidates, weights, perRow, each } = examples;
  const place = (ids: Int32Array, perBatchRow: number, shape: number[]) =>
    bank.itemRows.length === 0 ? tf.zeros([1], "int32") : tf.tensor(
      rowPlaces(layout, bank.itemRows.length, ids, (index) => Math.floor(index / perBatchRow / batch)),
      shape,
      "int32",
    );
  return {
    ...backbone.batch(sequences),
    sequencePlaces: place(sequences.items, time, [rows, time]),
    candidates: tf.tensor(candidates, [rows * perRow, each], "int32"),
    candidatePlaces: place(candidates, perRow * each, [rows * perRow, each]),
    weights: tf.tensor1d(weights),
    adapter: tf.tensor1d(Int32Array.from({ length: rows }, (_, row) => Math.floor(row / batch)), "int32"),
    active: tf.tensor2d(Float32Array.from(shares, ({ rows }) => rows.length > 0 ? 1 : 0), [adapters, 1]),
  };
}
