/**
 * How many regions S has: the number under which a mixture of von Mises-Fisher densities explains it best.
 * @module
 */
import { type BuildOptions, buildRegions } from "./build_regions.ts";
import { type KMeansResult, sphericalKMeans } from "./spherical_k_means.ts";
import type { Products, RandomSource, Regions, VectorRows } from "./types.ts";
import { mixtureBic } from "./von_mises_fisher.ts";

/** How candidates are made and judged. */
export interface ChoiceOptions extends BuildOptions {
  /** Of each k-means. */
  readonly restarts: number;
  /** Most rounds of one k-means. */
  readonly iterations: number;
  /** See {@linkcode KMeansOptions}. */
  readonly seedSample?: number | undefined;
  /** An engine's; the result is the same without. */
  readonly products?: Products | undefined;
  /** Draws the seeds of the k-means for K = k. */
  stream(k: number): RandomSource;
}

/** The number chosen, and what it makes. */
export interface Choice {
  /** Regions built with it; their number is the one chosen. */
  readonly regions: Regions;
  /** The clusters they were built from. */
  readonly clustering: KMeansResult;
  /** BIC with 1, 2, ... `most` regions, higher is better. */
  readonly bic: readonly number[];
}

/**
 * Spherical k-means for every K from 1 to `most`, each judged by the BIC of the regions it makes ({@linkcode mixtureBic}; Schwarz 1978, on the
 * mixtures of Banerjee et al., JMLR 2005); the highest is kept, of equals the smallest K.
 *
 * @param vectors unit rows, at least `most` of them
 * @throws RangeError for `most` outside 1..count
 * @example
 * ```ts
 * import { chooseK } from "./choose_k.ts";
 * import { BUILD_DEFAULTS } from "./build_regions.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * // Two bundles of forty directions, a quarter of a turn apart.
 * const angles = Array.from({ length: 80 }, (_, i) => (i % 2) * Math.PI / 2 + 0.002 * i);
 * const vectors = unitVectors(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]), 2);
 * const stream = () => ({ float: () => 0.3, integer: (below: number) => below >> 1 });
 * const { regions } = await chooseK(vectors, 2, { ...BUILD_DEFAULTS, restarts: 1, iterations: 20, stream });
 * assert.equal(regions.count, 2);
 * ```
 */
export async function chooseK(vectors: VectorRows, most: number, options: ChoiceOptions): Promise<Choice> {
  const { restarts, iterations, seedSample, products, stream, ...building } = options;
  const bic: number[] = [];
  let best: { readonly regions: Regions; readonly clustering: KMeansResult } | undefined;
  let highest = -Infinity;
  for (let k = 1; k <= Math.max(1, most); k++) {
    const clustering = await sphericalKMeans(vectors, k, {
      restarts,
      iterations,
      seedSample,
      products,
      stream: stream(k),
    });
    const regions = await buildRegions(vectors, clustering, building);
    const own = await mixtureBic(regions, vectors);
    bic.push(own);
    if (own <= highest && best !== undefined) continue;
    best = { regions, clustering };
    highest = own;
  }
  return { ...best!, bic };
}
