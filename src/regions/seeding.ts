/**
 * First centres for spherical k-means.
 * @module
 */
import type { RandomSource, VectorRows } from "./types.ts";
import { cosine } from "./unit_vectors.ts";
import { readRow, rowBlocks } from "./vector_rows.ts";

/**
 * K centres by k-means++ with the distance 1 - cos, which on the unit sphere is half the squared Euclidean distance
 * (Arthur and Vassilvitskii, SODA 2007): the first uniformly, each next with probability proportional to a vector's distance
 * to the nearest centre so far. When all distances are 0 (fewer distinct vectors than centres) the choice is uniform.
 *
 * @returns [k, width], rows of `vectors`
 */
export async function seedCentres(vectors: VectorRows, k: number, stream: RandomSource): Promise<Float64Array> {
  const { count, width } = vectors;
  const centres = new Float64Array(k * width);
  const distances = new Float64Array(count).fill(Infinity);
  let chosen = stream.integer(count);
  for (let centre = 0; centre < k; centre++) {
    if (centre > 0) chosen = draw(distances, stream);
    centres.set(await readRow(vectors, chosen), centre * width);
    if (centre + 1 === k) break;
    for await (const block of rowBlocks(vectors)) {
      for (let place = 0, row = block.from; place < block.count; place++, row++) {
        const distance = Math.max(0, 1 - cosine(block.values, place, centres, centre, width));
        if (distance < distances[row]!) distances[row] = distance;
      }
    }
    // Rounding leaves a chosen vector a hair away from itself; it must not be chosen twice while others remain.
    distances[chosen] = 0;
  }
  return centres;
}

/** An index with probability proportional to its weight; uniform when all weights are 0. */
function draw(weights: Float64Array, stream: RandomSource): number {
  let total = 0;
  for (const weight of weights) total += weight;
  if (!(total > 0)) return stream.integer(weights.length);
  let left = stream.float() * total;
  let last = 0;
  for (let row = 0; row < weights.length; row++) {
    if (weights[row]! <= 0) continue;
    last = row;
    left -= weights[row]!;
    if (left < 0) return row;
  }
  return last;
}
