/**
 * Members' sums and mean directions: the other half of a k-means iteration.
 * @module
 */
import type { VectorRows } from "./types.ts";
import { addRow, normaliseRow } from "./unit_vectors.ts";
import { rowBlocks } from "./vector_rows.ts";

/** Sums of the members of every label, [k, width], added up in float64 in the order of rows. */
export async function memberSums(rows: VectorRows, labels: Int32Array, k: number): Promise<Float64Array> {
  const { width } = rows;
  const sums = new Float64Array(k * width);
  for await (const { from, count, values } of rowBlocks(rows)) {
    for (let place = 0; place < count; place++) addRow(sums, labels[from + place]!, values, place, width);
  }
  return sums;
}

/**
 * Moves every centre, in place, to the direction of its members' sum; a centre whose members cancel out stays.
 *
 * @param sums [k, width]; not changed
 * @param shifts [k], filled with how far each moved (Euclidean)
 * @returns the sum over vectors of the cosine to their new centre: what k-means maximises
 */
export function moveCentres(sums: Float64Array, centres: Float64Array, shifts: Float64Array): number {
  const width = centres.length / shifts.length;
  const next = sums.slice();
  let objective = 0;
  for (let centre = 0; centre < shifts.length; centre++) {
    const length = normaliseRow(next, centre, width);
    objective += length;
    let square = 0;
    for (let at = centre * width; at < (centre + 1) * width; at++) {
      const value = length > 0 ? next[at]! : centres[at]!;
      square += (value - centres[at]!) ** 2;
      centres[at] = value;
    }
    shifts[centre] = Math.sqrt(square);
  }
  return objective;
}
