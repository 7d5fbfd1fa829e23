/**
 * What windows hold: their items and times, looked up in the pool they are places of.
 * @module
 */
import type { Windows } from "./types.ts";

/** Windows written out, as matrices in row order. */
export interface WindowMatrix {
  /** Items before the target. */
  readonly context: number;
  /** [count], user index of Interactions. */
  readonly users: Int32Array;
  /** [count, context + 1] row-major, catalogue indices; the last column is the target, 0 is padding. */
  readonly items: Int32Array;
  /** [count, context + 1], seconds since 1970. */
  readonly times: Float64Array;
}

/**
 * Windows over rows that are written out: the matrices are their pool.
 *
 * @throws {RangeError} when the sizes do not belong together.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { itemsOf, targetOf, windowsOf } from "./window_rows.ts";
 *
 * const users = Int32Array.of(7, 7);
 * const windows = windowsOf({ context: 1, users, items: Int32Array.of(3, 4, 4, 5), times: Float64Array.of(0, 1, 1, 2) });
 * assert.deepEqual([windows.count, [...itemsOf(windows, 0)], targetOf(windows, 1)], [2, [3, 4], 5]);
 * ```
 */
export function windowsOf({ context, users, items, times }: WindowMatrix): Windows {
  const count = users.length;
  const width = context + 1;
  if (items.length !== count * width || times.length !== count * width) {
    throw new RangeError(
      `Cannot make windows: ${items.length} items and ${times.length} times, wanted ${count} rows of ${width}`,
    );
  }
  const starts = Int32Array.from({ length: count }, (_, row) => row * width);
  return { count, context, users, starts, pool: { items, times } };
}

/** [context + 1] items of a window, the target last; a view, not to be written to. */
export function itemsOf({ context, starts, pool: { items } }: Windows, row: number): Int32Array {
  return items.subarray(starts[row], starts[row]! + context + 1);
}

/** [context + 1] times of a window's items; a view, not to be written to. */
export function timesOf({ context, starts, pool: { times } }: Windows, row: number): Float64Array {
  return times.subarray(starts[row], starts[row]! + context + 1);
}

/** Sets `marks[item]` to `mark` for every item of every window, padding's 0 too. */
export function markItems(windows: Windows, marks: Uint8Array, mark: number): void {
  for (let row = 0; row < windows.count; row++) for (const item of itemsOf(windows, row)) marks[item] = mark;
}

/** A window's target, a catalogue index. */
export function targetOf({ context, starts, pool: { items } }: Windows, row: number): number {
  return items[starts[row]! + context]!;
}

/** When a window's target was chosen, seconds since 1970. */
export function targetTimeOf({ context, starts, pool: { times } }: Windows, row: number): number {
  return times[starts[row]! + context]!;
}
