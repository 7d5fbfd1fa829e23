/**
 * Quantiles.
 * @module
 */

/**
 * The q-quantile with linear interpolation between neighbours, as NumPy's default.
 *
 * @param values any order; not changed
 * @throws RangeError for no values, or q outside [0, 1]
 * @example
 * ```ts
 * import { quantile } from "./quantile.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(quantile([40, 10, 20, 30], 0.5), 25);
 * ```
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) throw new RangeError("Cannot take a quantile: no values, wanted at least one");
  if (!(q >= 0 && q <= 1)) throw new RangeError(`Cannot take a quantile: q is ${q}, wanted 0 to 1`);
  const sorted = Float64Array.from(values).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const lower = sorted[below]!;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return lower + (position - below) * (upper - lower);
}
