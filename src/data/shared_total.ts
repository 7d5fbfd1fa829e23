/**
 * A total shared out by weights, between bounds.
 * @module
 */

/** What is shared out, and what each part may be. */
export interface Shares {
  /** Sum of all parts, exactly; between parts x least and parts x most. */
  readonly total: number;
  /** Smallest part. */
  readonly least: number;
  /** Largest part. */
  readonly most: number;
}

/**
 * Whole numbers that add up to a total: least + c * weight, cut off at `most`, with the c that makes the sum right. Roundings are carried from part
 * to part, so that none is more than one away from its exact share.
 *
 * @param weights [parts], at least 0, and more than 0 where anything is left to share.
 * @returns [parts].
 * @throws {RangeError} when the total lies outside what the bounds allow.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sharedTotal } from "./shared_total.ts";
 *
 * assert.deepEqual([...sharedTotal({ total: 12, least: 1, most: 5 }, Float64Array.of(8, 1, 1))], [5, 4, 3]);
 * ```
 */
export function sharedTotal({ total, least, most }: Shares, weights: Float64Array): Int32Array {
  const parts = weights.length;
  if (!(total >= least * parts && total <= most * parts)) {
    throw new RangeError(`Cannot share out ${total}: ${parts} parts of ${least} to ${most} each cannot add up to it`);
  }
  const scale = scaleFor({ total, least, most }, weights);
  const shares = new Int32Array(parts);
  let exact = 0;
  let given = 0;
  for (let part = 0; part < parts; part++) {
    exact += Math.min(most, least + scale * weights[part]!);
    // The last part takes what bisection left over; a part at a bound can lie beside it by a rounding.
    const upTo = part === parts - 1 ? total : Math.round(exact);
    shares[part] = Math.min(most, Math.max(least, upTo - given));
    given += shares[part]!;
  }
  for (let part = 0; given !== total; part = (part + 1) % parts) {
    const step = Math.sign(total - given);
    if (shares[part]! + step < least || shares[part]! + step > most) continue;
    shares[part]! += step;
    given += step;
  }
  return shares;
}

/** By bisection: the sum rises with the scale. */
function scaleFor({ total, least, most }: Shares, weights: Float64Array): number {
  const sum = (scale: number) => weights.reduce((sum, weight) => sum + Math.min(most, least + scale * weight), 0);
  let low = 0;
  let high = 1;
  while (sum(high) < total && high < Number.MAX_VALUE / 2) high *= 2;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (sum(middle) < total) low = middle;
    else high = middle;
  }
  return high;
}
