/**
 * Batches of training examples: sequences, the items that follow, and negatives, as plain numbers.
 * @module
 */
import type { Windows } from "../data/types.ts";
import { itemsOf, timesOf } from "../data/window_rows.ts";
import { drawNegatives, type IntegerSource } from "./negatives.ts";
import type { TrainingRows } from "./training_rows.ts";
import type { Sequences } from "./types.ts";

/** Where the loss is taken: at a row's last item alone, or at every one. */
export type Positions = "last" | "all";

/** What a batch's buffers are made for. */
export interface ExampleSizes {
  /** Rows of the batch. */
  readonly rows: number;
  /** Items a sequence has. */
  readonly time: number;
  /** Where the loss is taken. */
  readonly positions: Positions;
  /** Drawn for every place with a loss. */
  readonly negatives: number;
  /** Items of the catalogue. */
  readonly items: number;
}

/**
 * The contexts (not the targets) of windows as sequences; of contexts longer than `time` the latest items.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowsOf } from "../data/window_rows.ts";
 * import { contexts } from "./examples.ts";
 * const windows = windowsOf({
 *   context: 2,
 *   users: Int32Array.of(0),
 *   items: Int32Array.of(4, 5, 6),
 *   times: Float64Array.of(1, 2, 3),
 * });
 * assert.deepEqual([...contexts(windows, Int32Array.of(0, 0), 1).items], [5, 5]);
 * ```
 */
export function contexts(windows: Windows, rows: Int32Array, longest: number): Sequences {
  const sequences = emptySequences(rows.length, Math.min(windows.context, longest));
  rows.forEach((row, r) => putSequence(sequences, r, windows, row, windows.context));
  return sequences;
}

/** Sequences of padding. */
export function emptySequences(rows: number, time: number): Sequences {
  return {
    rows,
    time,
    users: new Int32Array(rows),
    items: new Int32Array(rows * time),
    times: new Float64Array(rows * time),
  };
}

/** Puts the latest items of a window before its place `end` into a sequence, as many as it has. */
export function putSequence(
  { time, users, items, times }: Sequences,
  at: number,
  windows: Windows,
  row: number,
  end: number,
): void {
  users[at] = windows.users[row]!;
  items.set(itemsOf(windows, row).subarray(end - time, end), at * time);
  times.set(timesOf(windows, row).subarray(end - time, end), at * time);
}

/** One batch under construction. */
export class ExampleBatch {
  /** What the model reads; rows that nothing was put in are padding. */
  readonly sequences: Sequences;
  /** [rows * positions, 1 + negatives]: the item that follows, then its negatives. */
  readonly candidates: Int32Array;
  /** [rows * positions]; 0 where there is nothing to learn. */
  readonly weights: Float32Array;
  /** Places with a loss in a row. */
  readonly perRow: number;
  /** 1 + negatives. */
  readonly each: number;

  constructor(readonly sizes: ExampleSizes) {
    const { rows, time, positions, negatives } = sizes;
    this.perRow = positions === "last" ? 1 : time;
    this.each = 1 + negatives;
    this.sequences = emptySequences(rows, time);
    this.candidates = new Int32Array(rows * this.perRow * this.each);
    this.weights = new Float32Array(rows * this.perRow);
  }

  /** Puts `chosen` rows at `first` and after it; their weights (1 where none are given) are divided by their sum. */
  put(
    first: number,
    { windows, excluded }: TrainingRows,
    chosen: Int32Array,
    draw: IntegerSource,
    weightOf: (row: number) => number = () => 1,
  ): void {
    const { items: catalogue } = this.sizes;
    const { perRow, each, sequences, candidates, weights } = this;
    const { context } = windows;
    let total = 0;
    chosen.forEach((row, r) => {
      const items = itemsOf(windows, row);
      putSequence(sequences, first + r, windows, row, context);
      const outside = excluded(row);
      for (let p = 0; p < perRow; p++) {
        const at = (first + r) * perRow + p;
        const target = items[context + 1 - perRow + p]!;
        candidates[at * each] = target;
        // A position learns only from a real item; padding has no next item to predict from.
        if (items[context - perRow + p] === 0 || target === 0) continue;
        drawNegatives(draw, outside, catalogue, candidates.subarray(at * each + 1, (at + 1) * each));
        weights[at] = weightOf(row);
        total += weights[at]!;
      }
    });
    if (total === 0) return;
    for (let i = first * perRow; i < (first + chosen.length) * perRow; i++) weights[i]! /= total;
  }
}
