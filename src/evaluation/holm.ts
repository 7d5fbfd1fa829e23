/**
 * Holm's correction for testing many things at once ("A simple sequentially rejective multiple test procedure", Scandinavian Journal of
 * Statistics 1979).
 * @module
 */

/**
 * Corrected p, in the order given: the i-th smallest of m (from 0) times m - i, at least the one before it and at most 1. Calling those below
 * .05 significant calls anything wrongly so in at most 5 % of tables, whatever the tests have to do with each other.
 *
 * @example
 * ```ts
 * import { holm } from "./holm.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(holm([.04, .01, .03]), [.06, .03, .06]); // .01 * 3, .03 * 2, .04 * 1 raised to .06
 * ```
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const corrected = values.slice();
  let least = 0;
  order.forEach((index, place) => {
    least = Math.max(least, Math.min(1, (values.length - place) * values[index]!));
    corrected[index] = least;
  });
  return corrected;
}
