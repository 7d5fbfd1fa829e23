/**
 * Coverage: how much of the catalogue is ever recommended.
 * @module
 */

/**
 * The share of the catalogue that is among the first `cutoff` items of at least one window's list, in [0, 1].
 *
 * @param top [windows, length] catalogue indices 1..items, best first; 0 where a list ends early
 * @param length of each list in `top`; at least `cutoff`
 * @param items size of the catalogue
 * @throws RangeError when the lists are shorter than the cut-off, or name an item outside the catalogue
 * @example
 * ```ts
 * import { coverage } from "./coverage.ts";
 * import assert from "node:assert/strict";
 *
 * // Two windows, lists of two, a catalogue of four: items 1, 2 and 3 are recommended.
 * assert.equal(coverage(Int32Array.of(1, 2, 1, 3), 2, 2, 4), 0.75);
 * assert.equal(coverage(Int32Array.of(1, 2, 1, 3), 2, 1, 4), 0.25);
 * ```
 */
export function coverage(top: Int32Array, length: number, cutoff: number, items: number): number {
  // A catalogue smaller than the cut-off is listed whole.
  const depth = Math.min(cutoff, items);
  if (top.length > 0 && depth > length) {
    throw new RangeError(`Cannot compute coverage@${cutoff}: lists hold ${length} items, wanted at least ${depth}`);
  }
  const seen = new Uint8Array(items + 1);
  let covered = 0;
  for (let from = 0; from < top.length; from += length) {
    for (let at = from; at < from + depth; at++) {
      const item = top[at]!;
      if (item < 0 || item > items) {
        throw new RangeError(`Cannot compute coverage: item ${item}, wanted 1 to ${items}, or 0 for none`);
      }
      if (item > 0 && seen[item] === 0) {
        seen[item] = 1;
        covered++;
      }
    }
  }
  return covered / items;
}
