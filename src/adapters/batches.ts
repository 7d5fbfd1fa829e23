/**
 * Batches for adapter training: which rows, which negatives, as tensors. A batch depends on (seed, purpose, epoch, step) alone.
 * @module
 */
import type { Backbone } from "../backbones/types.ts";
import { drawNegatives } from "../backbones/negatives.ts";
import type { Windows } from "../data/types.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import { type BankConfig, type BankLayout, rowPlaces } from "./bank.ts";
import type { BankBatch } from "./train_step.ts";

/** What one adapter trains on. */
export interface TrainingSet {
  /** Joins streams to the adapter, so that training it alone or beside others draws the same numbers. */
  readonly purpose: string;
  /** Its rows; the same windows may stand in several sets. */
  readonly windows: Windows;
  /** [windows.count], or all 1. */
  readonly weights?: Float32Array;
}

/**
 * Row order of an epoch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { epochOrder } from "./batches.ts";
 * const empty = { users: new Int32Array(9), items: new Int32Array(18), times: new Float64Array(18) };
 * const set = { purpose: "lora F1", windows: { count: 9, context: 1, ...empty } };
 * assert.deepEqual(epochOrder(1, set, 3), epochOrder(1, set, 3));
 * assert.deepEqual([...epochOrder(1, set, 3)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
 * ```
 */
export function epochOrder(seed: number, set: TrainingSet, epoch: number): Int32Array {
  const order = Int32Array.from({ length: set.windows.count }, (_, row) => row);
  stream(seed, `shuffle ${set.purpose}`, epoch).shuffle(order);
  return order;
}

/** What {@linkcode bankBatch} needs beside the rows. */
export interface BatchSettings {
  /** Gives the catalogue's size and how much of a context is read. */
  readonly backbone: Backbone;
  /** Says which items have rows. */
  readonly bank: BankConfig;
  /** Of `bank`; made once, since every batch needs it. */
  readonly layout: BankLayout;
  /** Rows of each adapter in a step. */
  readonly batch: number;
  /** Drawn for every position with a loss, outside the whole window. */
  readonly negatives: number;
  /** Where the loss is taken. */
  readonly positions: "last" | "all";
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
export function bankBatch(
  settings: BatchSettings,
  shares: readonly Share[],
): Omit<BankBatch, "learningRate" | "noise" | "clip" | "weightDecay" | "itemRate"> {
  const { backbone, bank, layout, batch, negatives, positions } = settings;
  const adapters = shares.length;
  const context = shares[0]!.set.windows.context;
  const time = Math.min(context, backbone.maxLength);
  const perRow = positions === "last" ? 1 : time;
  const rows = adapters * batch;
  const sequence = new Int32Array(rows * time);
  const each = 1 + negatives;
  const candidates = new Int32Array(rows * perRow * each);
  const weights = new Float32Array(rows * perRow);
  const membership = new Float32Array(rows * adapters);
  shares.forEach(({ set, rows: chosen, step }, adapter) => {
    const { items } = set.windows;
    const draw = stream(settings.seed, `negatives ${set.purpose}`, step);
    let total = 0;
    const first = adapter * batch;
    chosen.forEach((row, r) => {
      const end = row * (context + 1) + context;
      const seen = items.subarray(end - time, end);
      const at = (first + r) * perRow;
      sequence.set(seen, (first + r) * time);
      const outside = items.subarray(end - context, end + 1);
      for (let p = 0; p < perRow; p++) {
        const target = items[end + 1 - perRow + p]!;
        candidates[(at + p) * each] = target;
        drawNegatives(draw, outside, backbone.items, candidates.subarray((at + p) * each + 1, (at + p + 1) * each));
        // A position learns only from a real item; padding has no next item to predict from.
        const weight = seen[time - perRow + p]! > 0 && target > 0 ? set.weights?.[row] ?? 1 : 0;
        weights[at + p] = weight;
        total += weight;
      }
    });
    if (total > 0) { for (let i = first * perRow; i < (first + batch) * perRow; i++) weights[i]! /= total; }
  });
  for (let row = 0; row < rows; row++) membership[row * adapters + Math.floor(row / batch)] = 1;
  const places = (ids: Int32Array, perBatchRow: number) => {
    if (bank.itemRows.length === 0) return new Int32Array(1);
    return rowPlaces(layout, bank.itemRows.length, ids, (index) => Math.floor(index / perBatchRow / batch));
  };
  const place = (ids: Int32Array, perBatchRow: number, shape: number[]) =>
    tf.tensor(places(ids, perBatchRow), bank.itemRows.length === 0 ? [1] : shape, "int32");
  const n = rows * perRow;
  return {
    sequence: tf.tensor(sequence, [rows, time], "int32"),
    sequencePlaces: place(sequence, time, [rows, time]),
    candidates: tf.tensor(candidates, [n, each], "int32"),
    candidatePlaces: place(candidates, perRow * each, [n, each]),
    weights: tf.tensor1d(weights),
    membership: tf.tensor2d(membership, [rows, adapters]),
    active: tf.tensor2d(Float32Array.from(shares, ({ rows }) => rows.length > 0 ? 1 : 0), [adapters, 1]),
  };
}
