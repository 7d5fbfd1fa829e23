/**
 * Regions without k-means: what is left of a result when regions are no longer where sequences gather.
 * @module
 */
import { sphericalKMeans } from "./spherical_k_means.ts";
import type { Clustering, Products, RandomSource, VectorRows } from "./types.ts";
import { cosine } from "./unit_vectors.ts";
import { readRow } from "./vector_rows.ts";

/**
 * K vectors drawn at random, all alike probable, as centres, and every vector as a member of the nearest: the control for spherical k-means.
 *
 * Neither k-means++ spreads the centres nor does an iteration move them, so a dense group may be cut and two groups may share a centre. All that
 * follows is as with k-means: radii and statistics are those of the members, which are near each other still; labels drawn at random would give
 * all regions one and the same mean, and leave routing nothing to go by. Two centres are never the same vector while others remain; where
 * vectors are too few, a region without members takes the vector furthest from its centre, as in {@linkcode sphericalKMeans}.
 *
 * @param vectors unit rows, at least k of them
 * @param k number of centres
 * @throws RangeError for k outside 1..count
 * @example
 * ```ts
 * import { randomCentres } from "./random_centres.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const vectors = unitVectors([1, 0, 1, 0, 0, 1], 2);
 * const first = { float: () => 0, integer: () => 0 };
 * const { centres, labels } = await randomCentres(vectors, 2, first);
 * assert.deepEqual([...centres], [1, 0, 0, 1]);
 * assert.deepEqual([...labels], [0, 0, 1]);
 * ```
 */
export async function randomCentres(
  vectors: VectorRows,
  k: number,
  stream: RandomSource,
  products?: Products,
): Promise<Clustering> {
  const { count, width } = vectors;
  const seeds = new Float64Array(Math.max(0, k) * width);
  const left = Int32Array.from({ length: count }, (_, row) => row);
  const doubles: Float32Array[] = [];
  let drawn = 0;
  const place = (vector: Float32Array) => seeds.set(vector, drawn++ * width);
  for (let tried = 0; drawn < k && tried < count; tried++) {
    const at = tried + stream.integer(count - tried);
    const row = left[at]!;
    left[at] = left[tried]!;
    const vector = await readRow(vectors, row);
    const known = Array.from({ length: drawn }, (_, centre) => centre);
    if (!known.some((centre) => cosine(vector, 0, seeds, centre, width) > SAME)) place(vector);
    else if (doubles.length < k) doubles.push(vector);
  }
  for (const vector of doubles.slice(0, Math.max(0, k - drawn))) place(vector);
  const { centres, labels } = await sphericalKMeans(vectors, k, { seeds, iterations: 0, products });
  return { count: k, width, centres, labels };
}

/** Cosine above which two vectors are one: what float32 leaves of a vector's cosine to itself. */
const SAME = 1 - 1e-6;
