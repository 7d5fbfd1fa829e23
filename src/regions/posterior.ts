/**
 * From sufficient statistics to von Mises-Fisher parameters.
 * @module
 */
import { normaliseRow } from "./unit_vectors.ts";

/** Least concentration. */
export const KAPPA_MIN = 1;

/** Largest concentration. */
export const KAPPA_MAX = 1e6;

/** What a posterior is computed from. */
export interface Statistics {
  /** K. */
  readonly count: number;
  /** Length of a vector, d. */
  readonly width: number;
  /** [K, width], S_k. */
  readonly sums: Float64Array;
  /** [K], n_k. */
  readonly counts: Float64Array;
  /** [K, width], c0_k. */
  readonly priorCentres: Float64Array;
  /** n0. */
  readonly priorStrength: number;
}

/** Parameters of the mixture. */
export interface Posterior {
  /** [K, width], unit rows. */
  readonly centres: Float64Array;
  /** [K], within [1, 1e6]. */
  readonly kappa: Float64Array;
  /** [K], they sum to 1. */
  readonly pi: Float64Array;
}

/**
 * Posterior centres, concentrations and shares (RAIE section 3.2; kappa by Banerjee et al., JMLR 2005, equation 4.4):
 *
 * Shat = S + n0 c0, nhat = n + n0, c = Shat / |Shat|, rbar = |Shat| / nhat, kappa = rbar (d - rbar^2) / (1 - rbar^2) clipped to
 * [1, 1e6], pi = nhat / sum(nhat). Where Shat is 0 the centre is the prior's. Fresh estimates: the EMA of kappa is the caller's.
 *
 * @throws RangeError when a region has neither members nor a prior
 * @example
 * ```ts
 * import { posterior } from "./posterior.ts";
 * import assert from "node:assert/strict";
 *
 * // Four members that add up to (3, 0), one prior member at (1, 0): rbar = 4 / 5, kappa = .8 (2 - .64) / .36.
 * const { centres, kappa, pi } = posterior({
 *   count: 1, width: 2, sums: Float64Array.of(3, 0), counts: Float64Array.of(4), priorCentres: Float64Array.of(1, 0), priorStrength: 1,
 * });
 * assert.deepEqual([...centres, ...pi], [1, 0, 1]);
 * assert.ok(Math.abs(kappa[0]! - 0.8 * 1.36 / 0.36) < 1e-12);
 * ```
 */
export function posterior(statistics: Statistics): Posterior {
  const { count, width, sums, counts, priorCentres, priorStrength } = statistics;
  const centres = new Float64Array(count * width);
  const kappa = new Float64Array(count);
  const pi = new Float64Array(count);
  let total = 0;
  for (let k = 0; k < count; k++) {
    const size = counts[k]! + priorStrength;
    if (!(size > 0)) throw new RangeError(`Cannot estimate region ${k}: it has ${counts[k]} members and no prior`);
    for (let at = k * width; at < (k + 1) * width; at++) centres[at] = sums[at]! + priorStrength * priorCentres[at]!;
    const length = normaliseRow(centres, k, width);
    if (length === 0) centres.set(priorCentres.subarray(k * width, (k + 1) * width), k * width);
    kappa[k] = concentration(length / size, width);
    pi[k] = size;
    total += size;
  }
  for (let k = 0; k < count; k++) pi[k] = pi[k]! / total;
  return { centres, kappa, pi };
}

/** kappa of a mean resultant length in [0, 1]. */
function concentration(rbar: number, width: number): number {
  const square = rbar * rbar;
  if (square >= 1) return KAPPA_MAX;
  return Math.min(KAPPA_MAX, Math.max(KAPPA_MIN, rbar * (width - square) / (1 - square)));
}
