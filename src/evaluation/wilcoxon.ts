/**
 * The signed-rank test (Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1945).
 * @module
 */

/** With so many differences or fewer, none tied, p is counted and not approximated. */
const COUNTED = 50;

/** Differences closer than this are one: means of a few windows, taken in another order, differ in their last digits. */
const GRAIN = 1e-12;

/**
 * The two-sided p that differences are symmetric about 0. Zeros are left out (Wilcoxon's own rule). Exact for up to 50 differences without ties
 * in size, else the normal approximation with the variance corrected for ties and no correction for continuity: scipy.stats.wilcoxon's
 * values. 1 where all differences are 0.
 *
 * @param differences one a user, any order
 * @example
 * ```ts
 * import { wilcoxonP } from "./wilcoxon.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(wilcoxonP([1, 2, 3, 4, 5]), 2 / 32); // all of one sign: one of 32 sign patterns on either side
 * ```
 */
export function wilcoxonP(differences: ArrayLike<number>): number {
  const sizes = Array.from(differences, (value) => Math.round(value / GRAIN)).filter((value) => value !== 0)
    .sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = sizes.length;
  if (n === 0) return 1;
  let [positive, ties] = [0, 0];
  for (let from = 0, to = 0; from < n; from = to) {
    while (to < n && Math.abs(sizes[to]!) === Math.abs(sizes[from]!)) to++;
    const count = to - from;
    ties += count ** 3 - count;
    for (let i = from; i < to; i++) if (sizes[i]! > 0) positive += (from + 1 + to) / 2;
  }
  const mean = n * (n + 1) / 4;
  if (n <= COUNTED && ties === 0) return Math.min(1, 2 * shareUpTo(Math.min(positive, 2 * mean - positive), n));
  const deviation = Math.sqrt(n * (n + 1) * (2 * n + 1) / 24 - ties / 48);
  return complementaryError(Math.abs(positive - mean) / deviation / Math.SQRT2);
}

/** Share of the 2^n sign patterns whose positive ranks add up to at most `sum`. */
function shareUpTo(sum: number, n: number): number {
  const most = n * (n + 1) / 2;
  const shares = new Float64Array(most + 1);
  shares[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let at = most; at >= 0; at--) shares[at] = (shares[at]! + (at >= rank ? shares[at - rank]! : 0)) / 2;
  }
  return shares.subarray(0, sum + 1).reduce((total, share) => total + share, 0);
}

/**
 * erfc(x) for x from 0: the series of erf (Abramowitz and Stegun 7.1.6) below 2.5, the continued fraction (7.1.14) from there on; both to 1e-13.
 */
function complementaryError(x: number): number {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2.5) {
    let [term, sum] = [2 * x, 2 * x];
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 1 - scale * sum;
  }
  let fraction = x;
  for (let n = 80; n > 0; n--) fraction = x + n / 2 / fraction;
  return scale / fraction;
}
