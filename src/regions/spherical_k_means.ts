/**
 * Spherical k-means (Dhillon and Modha 2001; the hard-assignment limit of Banerjee et al., JMLR 2005): how regions are first drawn.
 * @module
 */
import { assign, type Assignment, moveCentres, repairEmpty, unassigned } from "./assignment.ts";
import { seedCentres } from "./seeding.ts";
import type { Clustering, RandomSource, UnitVectors } from "./types.ts";

/** Where the first centres come from: drawn (several times, the best result kept), or given. */
export type KMeansOptions =
  | { readonly restarts: number; readonly iterations: number; readonly stream: RandomSource }
  | { readonly seeds: Float64Array | Float32Array | readonly number[]; readonly iterations?: number };

/** A clustering with its quality. */
export interface KMeansResult extends Clustering {
  /** Sum over vectors of the cosine to their centre; higher is better. */
  readonly objective: number;
  /** Iterations of the restart kept. */
  readonly iterations: number;
  /** Whether it stopped because no vector moved. */
  readonly converged: boolean;
}

/**
 * Divides directions into k clusters so that the sum of cosines to the clusters' mean directions is (locally) largest.
 *
 * Seeds are drawn by k-means++ with 1 - cos; a cluster that runs empty takes the vector furthest from its centre; of several
 * restarts the one of highest objective is kept (the earliest on a tie). Every label names a centre of highest cosine.
 * The same vectors, in the same order, and the same stream give the same result bit for bit.
 *
 * @param vectors unit rows, at least k of them
 * @param k number of clusters
 * @param options `{ restarts, iterations, stream }`, or `{ seeds }`: [k, width] row-major, one run from there
 * @throws RangeError for k outside 1..count, or seeds of another size
 * @example
 * ```ts
 * import { sphericalKMeans } from "./spherical_k_means.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const vectors = unitVectors([1, 0, 0, 1, 1, 0.1, 0.1, 1], 2);
 * const { labels } = sphericalKMeans(vectors, 2, { seeds: [1, 0, 0, 1] });
 * assert.deepEqual([...labels], [0, 1, 0, 1]);
 * ```
 */
export function sphericalKMeans(vectors: UnitVectors, k: number, options: KMeansOptions): KMeansResult {
  if (!Number.isInteger(k) || k < 1 || k > vectors.count) {
    throw new RangeError(
      `Cannot form ${k} clusters of ${vectors.count} vectors: wanted a whole number from 1 to their count`,
    );
  }
  if ("seeds" in options) {
    if (options.seeds.length !== k * vectors.width) {
      throw new RangeError(`Cannot start k-means: ${options.seeds.length} seed values, wanted ${k} x ${vectors.width}`);
    }
    return descend(vectors, k, Float64Array.from(options.seeds), options.iterations ?? 100);
  }
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < Math.max(1, options.restarts); restart++) {
    const result = descend(vectors, k, seedCentres(vectors, k, options.stream), options.iterations);
    if (best === undefined || result.objective - best.objective > TIE * Math.abs(best.objective)) best = result;
  }
  return best!;
}

/**
 * Restarts that end in the same clusters, numbered otherwise, have one objective but for the order of its sum. Were that rounding to choose among
 * them, so would every rounding before it, and regions would be numbered otherwise on another engine.
 */
const TIE = 1e-9;

/** Lloyd's iterations from given centres, which are changed in place. */
function descend(vectors: UnitVectors, k: number, centres: Float64Array, limit: number): KMeansResult {
  const shifts = new Float64Array(k);
  const state: Assignment = unassigned(vectors.count);
  let objective = 0, iterations = 0, converged = false;
  while (true) {
    const moved = assign(vectors, centres, k, shifts, state);
    const repaired = repairEmpty(vectors, centres, k, state);
    converged = iterations > 0 && moved === 0 && repaired.length === 0;
    if (converged) break;
    if (iterations >= limit) {
      // A repaired cluster at the very end is its one vector.
      for (const centre of repaired) {
        const row = state.labels.indexOf(centre);
        centres.set(vectors.values.subarray(row * vectors.width, (row + 1) * vectors.width), centre * vectors.width);
      }
      break;
    }
    objective = moveCentres(vectors, state.labels, centres, k, shifts);
    iterations++;
  }
  return { count: k, width: vectors.width, centres, labels: state.labels, objective, iterations, converged };
}
