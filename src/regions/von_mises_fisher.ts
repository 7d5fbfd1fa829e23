/**
 * Von Mises-Fisher densities and the mixture's BIC: what decides whether a pool becomes a region.
 * @module
 */
import { logBesselI } from "./log_bessel.ts";
import type { Regions, VectorRows } from "./types.ts";
import { cosinesInto, requireWidth } from "./unit_vectors.ts";
import { rowBlocks } from "./vector_rows.ts";

/**
 * log C_d(kappa), the normaliser of the density C_d(kappa) exp(kappa cos) on the unit sphere of R^d
 * (Banerjee et al., JMLR 2005, equation 2.2): kappa^(d/2-1) / ((2 pi)^(d/2) I_{d/2-1}(kappa)).
 *
 * @param width d, at least 2
 * @throws RangeError for width < 2 or kappa <= 0
 * @example
 * ```ts
 * import { logNormaliser } from "./von_mises_fisher.ts";
 * import assert from "node:assert/strict";
 *
 * // On the sphere of R^3: kappa / (4 pi sinh kappa).
 * assert.ok(Math.abs(logNormaliser(3, 2) - Math.log(2 / (4 * Math.PI * Math.sinh(2)))) < 1e-11);
 * ```
 */
export function logNormaliser(width: number, kappa: number): number {
  if (!(width >= 2)) throw new RangeError(`Cannot normalise a density on the sphere: width ${width}, wanted 2 or more`);
  const order = width / 2 - 1;
  return order * Math.log(kappa) - (width / 2) * Math.log(2 * Math.PI) - logBesselI(order, kappa);
}

/**
 * Log-likelihood of vectors under the mixture sum_k pi_k C_d(kappa_k) exp(kappa_k cos(x, c_k)), in nats; 0 for no vectors.
 *
 * @throws RangeError when the widths differ
 */
export async function mixtureLogLikelihood(regions: Regions, vectors: VectorRows): Promise<number> {
  requireWidth(vectors.width, regions.width);
  const { count, width, centres, kappa, pi } = regions;
  const offsets = kappa.map((concentration, k) => Math.log(pi[k]!) + logNormaliser(width, concentration));
  const terms = new Float64Array(count);
  let total = 0;
  for await (const { count: rows, values } of rowBlocks(vectors)) {
    for (let place = 0; place < rows; place++) {
      cosinesInto(terms, values, place, centres, count, width);
      let highest = -Infinity;
      for (let k = 0; k < count; k++) {
        terms[k] = offsets[k]! + kappa[k]! * terms[k]!;
        if (terms[k]! > highest) highest = terms[k]!;
      }
      let sum = 0;
      for (let k = 0; k < count; k++) sum += Math.exp(terms[k]! - highest);
      total += highest + Math.log(sum);
    }
  }
  return total;
}

/** Free parameters of the mixture: K directions of d - 1, K concentrations, K - 1 shares. */
export function mixtureParameters(count: number, width: number): number {
  return count * (width + 1) - 1;
}

/**
 * The Bayesian information criterion of the regions as a mixture, higher is better: 2 log L - parameters * log n
 * (Schwarz 1978, with the sign under which a better model has the larger value).
 *
 * @throws RangeError for no vectors, or when the widths differ
 */
export async function mixtureBic(regions: Regions, vectors: VectorRows): Promise<number> {
  if (vectors.count === 0) throw new RangeError("Cannot judge regions by BIC: no vectors, wanted at least one");
  return 2 * await mixtureLogLikelihood(regions, vectors) -
    mixtureParameters(regions.count, regions.width) * Math.log(vectors.count);
}
