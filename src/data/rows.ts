/**
 * Choosing and joining rows of windows: what training sets are made of.
 * @module
 */
import type { Windows } from "./types.ts";

/** Rows of one set of windows. */
export interface WindowRows {
  /** What the rows point into. */
  readonly windows: Windows;
  /** [chosen], 0..windows.count - 1; repeats allowed, order kept. */
  readonly rows: Int32Array;
}

/** 0, 1, ..., count - 1. */
export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

/**
 * The chosen rows of several sets of windows, one after the other, as windows of their own.
 *
 * @throws {RangeError} when the sets' contexts differ.
 */
export function joinRows(parts: readonly WindowRows[]): Windows {
  const context = parts[0]?.windows.context ?? 0;
  const count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const width = context + 1;
  const users = new Int32Array(count);
  const items = new Int32Array(count * width);
  const times = new Float64Array(count * width);
  let at = 0;
  for (const { windows, rows } of parts) {
    if (windows.context !== context) {
      throw new RangeError(`Cannot join windows: contexts ${context} and ${windows.context} differ`);
    }
    for (const row of rows) {
      users[at] = windows.users[row]!;
      items.set(windows.items.subarray(row * width, (row + 1) * width), at * width);
      times.set(windows.times.subarray(row * width, (row + 1) * width), at * width);
      at++;
    }
  }
  return { count, context, users, items, times };
}
