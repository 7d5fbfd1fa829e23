/**
 * Choosing and joining rows of windows: what training sets are made of.
 * @module
 */
import type { Windows } from "./types.ts";
import { itemsOf, timesOf, windowsOf } from "./window_rows.ts";

/** Rows of one set of windows. */
export interface WindowRows {
  /** What the rows point into. */
  readonly windows: Windows;
  /** [chosen], 0..windows.count - 1; repeats allowed, order kept. */
  readonly rows: Int32Array;
}

/** 0, 1, ..., count - 1. */
export function allRows(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/**
 * The chosen rows of several sets of windows, one after the other. Rows of one pool are places in it again, whatever their context is; rows of
 * several pools are copied.
 *
 * @throws {RangeError} when the sets' contexts differ.
 */
export function joinRows(parts: readonly WindowRows[]): Windows {
  const pool = parts[0]?.windows.pool;
  if (pool === undefined || parts.some(({ windows }) => windows.pool !== pool)) return copiedRows(parts);
  const { count, context } = sizesOf(parts);
  const users = new Int32Array(count);
  const starts = new Int32Array(count);
  let at = 0;
  for (const { windows, rows } of parts) {
    for (const row of rows) {
      users[at] = windows.users[row]!;
      starts[at++] = windows.starts[row]!;
    }
  }
  return { count, context, users, starts, pool };
}

/**
 * The chosen rows with a pool of their own, in which one window's row follows the other: for whoever changes them.
 *
 * @throws {RangeError} when the sets' contexts differ.
 */
export function copiedRows(parts: readonly WindowRows[]): Windows {
  const { count, context } = sizesOf(parts);
  const width = context + 1;
  const users = new Int32Array(count);
  const items = new Int32Array(count * width);
  const times = new Float64Array(count * width);
  let at = 0;
  for (const { windows, rows } of parts) {
    for (const row of rows) {
      users[at] = windows.users[row]!;
      items.set(itemsOf(windows, row), at * width);
      times.set(timesOf(windows, row), at * width);
      at++;
    }
  }
  return windowsOf({ context, users, items, times });
}

function sizesOf(parts: readonly WindowRows[]): { readonly count: number; readonly context: number } {
  const context = parts[0]?.windows.context ?? 0;
  const other = parts.find(({ windows }) => windows.context !== context);
  if (other !== undefined) {
    throw new RangeError(`Cannot join windows: contexts ${context} and ${other.windows.context} differ`);
  }
  return { count: parts.reduce((sum, { rows }) => sum + rows.length, 0), context };
}
