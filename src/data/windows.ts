/**
 * Windows of context + 1 items, cut from users' positives inside one slice.
 * @module
 */
import type { UserRows } from "./positives.ts";
import type { WindowPool, Windows } from "./types.ts";

/** What windows to cut. */
export interface WindowShape {
  /** Items before the target. */
  readonly context: number;
  /** Positives between the ends of two windows. */
  readonly stride: number;
  /** "all" windows (default), only each user's "last" one, or the "earlier" ones, which are all but that. */
  readonly take?: "all" | "last" | "earlier";
}

/**
 * How many windows of `width` items, aligned to the end and every `stride`-th, fit in `length` items: floor((length - width) / stride) + 1,
 * or 0 when not even one does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowCount } from "./windows.ts";
 *
 * assert.equal(windowCount(16, 11, 5), 2);
 * assert.equal(windowCount(10, 11, 5), 0);
 * ```
 */
export function windowCount(length: number, width: number, stride: number): number {
  return length < width ? 0 : Math.floor((length - width) / stride) + 1;
}

/** First and last-but-one window (counted from a row's front) to take of a row of `length` positives. */
function taken(length: number, { context, stride, take = "all" }: WindowShape): [number, number] {
  const count = windowCount(length, context + 1, stride);
  if (take === "all" || count === 0) return [0, count];
  return take === "last" ? [count - 1, count] : [0, count - 1];
}

/** Number of windows {@linkcode cutWindows} gives. */
export function countWindows({ users, offsets }: UserRows, shape: WindowShape): number {
  let count = 0;
  for (let index = 0; index < users.length; index++) {
    const [first, end] = taken(offsets[index + 1]! - offsets[index]!, shape);
    count += end - first;
  }
  return count;
}

/**
 * Cuts windows out of users' positives of one slice. They are aligned to the end of a user's positives, every `stride`-th, and come user by
 * user in time order. A user with fewer than context + 1 positives gives none.
 *
 * @param first Place in the pool of the slice's first positive; the others follow it in the order of `rows`.
 */
export function cutWindows(
  { users, offsets, rows }: UserRows,
  first: number,
  pool: WindowPool,
  shape: WindowShape,
): Windows {
  const { context, stride } = shape;
  const count = countWindows({ users, offsets, rows }, shape);
  const windows: Windows = { count, context, users: new Int32Array(count), starts: new Int32Array(count), pool };
  let window = 0;
  for (let user = 0; user < users.length; user++) {
    const length = offsets[user + 1]! - offsets[user]!;
    const [from, end] = taken(length, shape);
    const skipped = first + offsets[user]! + ((length - context - 1) % stride);
    for (let which = from; which < end; which++, window++) {
      windows.users[window] = users[user]!;
      windows.starts[window] = skipped + which * stride;
    }
  }
  return windows;
}

/** Sets `seen[item]` to 1 for every item of every window that {@linkcode cutWindows} would cut, without cutting them. */
export function markWindowItems(
  { users, offsets, rows }: UserRows,
  items: Int32Array,
  { context, stride }: WindowShape,
  seen: Uint8Array,
): void {
  const width = context + 1;
  for (let user = 0; user < users.length; user++) {
    const length = offsets[user + 1]! - offsets[user]!;
    const count = windowCount(length, width, stride);
    const start = offsets[user]! + ((length - width) % stride);
    // Windows a stride of at most their width apart cover everything between: marking each place once keeps this linear.
    const step = stride <= width ? Math.max(count, 1) : 1;
    for (let which = 0; which < count; which += step) {
      const from = start + which * stride;
      const to = stride <= width ? offsets[user + 1]! : from + width;
      for (let place = from; place < to; place++) seen[items[rows[place]!]!] = 1;
    }
  }
}
