/**
 * Which points lie so far off that an axis fitted to them would squeeze all others together.
 * @module
 */

/** A point on one axis, as far as its whisker reaches. */
export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** An axis is fitted to the others where those left out make it so many times as long. */
const RATIO = 3;

/** At most this share of the points is left out. */
const SHARE = .25;

/**
 * Indices of the fewest points at one end of an axis without which it is less than a third as long, and which lie farther from the others
 * than those reach; none where no quarter of the points is so.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { farOff } from "./outliers.ts";
 *
 * const at = (value: number) => ({ low: value - .01, high: value + .01 });
 * assert.deepEqual([...farOff([.5, .1, .52, .51, .49].map(at))], [1]);
 * ```
 */
export function farOff(extents: readonly Extent[]): Set<number> {
  const order = extents.map((_, i) => i).sort((a, b) => middle(extents[a]) - middle(extents[b]));
  const whole = length(extents);
  for (let left = 1; left <= SHARE * extents.length; left++) {
    for (const off of [order.slice(0, left), order.slice(-left)]) {
      const bulk = extents.filter((_, i) => !off.includes(i));
      const gap = whole - length(bulk) - length(off.flatMap((i) => extents[i] ?? []));
      if (RATIO * length(bulk) < whole && gap > length(bulk)) return new Set(off);
    }
  }
  return new Set();
}

const middle = (extent: Extent | undefined): number => extent === undefined ? 0 : (extent.low + extent.high) / 2;

const length = (extents: readonly Extent[]): number =>
  Math.max(...extents.map(({ high }) => high)) - Math.min(...extents.map(({ low }) => low));
