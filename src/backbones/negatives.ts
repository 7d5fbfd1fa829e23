/**
 * Negative sampling: uniform over the catalogue, outside a given set of items.
 * @module
 */

import type { ItemSet } from "./user_items.ts";

/** What sampling needs of a random stream. */
export interface IntegerSource {
  /** Uniform in 0 .. bound - 1. */
  integer(bound: number): number;
}

const ATTEMPTS = 200;

/**
 * Fills `out` with items drawn uniformly from 1..items that are not among `exclude` (padding 0 in it is ignored).
 *
 * When nearly everything is excluded, the draw takes the nearest free item above a random one; when nothing is free it takes any item.
 *
 * @example
 * ```ts
 * import { drawNegatives } from "./negatives.ts";
 * const out = new Int32Array(4);
 * drawNegatives({ integer: (bound) => bound - 1 }, Int32Array.of(5), 5, out);
 * console.assert(out.every((item) => item >= 1 && item <= 4));
 * ```
 */
export function drawNegatives(
  source: IntegerSource,
  exclude: Int32Array | ItemSet,
  items: number,
  out: Int32Array,
): void {
  const excluded = exclude instanceof Int32Array
    ? (item: number) => exclude.includes(item)
    : (item: number) => exclude.has(item);
  for (let i = 0; i < out.length; i++) {
    let item = 1 + source.integer(items);
    for (let attempt = 1; attempt < ATTEMPTS && excluded(item); attempt++) item = 1 + source.integer(items);
    for (let step = 0; step < items && excluded(item); step++) item = item % items + 1;
    out[i] = item;
  }
}
