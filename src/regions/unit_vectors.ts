/**
 * Vectors on the unit sphere, and the products everything here is made of.
 * @module
 */
import type { UnitVectors } from "./types.ts";
import { inMemory } from "./vector_rows.ts";

/**
 * Rows scaled to length 1. Rows of zeros stay zero; the input is not changed.
 *
 * @param values [count, width] row-major
 * @param width numbers in a row
 * @throws RangeError when the size is no multiple of the width, or a value is not finite (with its row)
 * @example
 * ```ts
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const vectors = unitVectors(Float32Array.of(3, 4, 0, 2), 2);
 * assert.deepEqual([...vectors.values].map((x) => x.toFixed(1)), ["0.6", "0.8", "0.0", "1.0"]);
 * ```
 */
export function unitVectors(values: ArrayLike<number>, width: number): UnitVectors {
  if (!Number.isInteger(width) || width < 1 || values.length % width !== 0) {
    throw new RangeError(`Cannot read vectors: ${values.length} numbers, wanted a multiple of the width ${width}`);
  }
  const count = values.length / width;
  const unit = new Float32Array(values.length);
  for (let row = 0; row < count; row++) {
    const from = row * width;
    let square = 0;
    for (let at = from; at < from + width; at++) square += values[at]! * values[at]!;
    if (!Number.isFinite(square)) {
      throw new RangeError(`Cannot read vectors: row ${row} holds a value that is not finite, wanted finite numbers`);
    }
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let at = from; at < from + width; at++) unit[at] = values[at]! * scale;
  }
  return inMemory(unit, width);
}

/**
 * The cosine of row `row` of the vectors and row `k` of the centres, added up in float64.
 *
 * Kept to one pair of array types: the compiler's code for mixed types is several times slower. Four running sums: they are
 * independent, so the processor need not wait for each addition.
 */
export function cosine(vectors: Float32Array, row: number, centres: Float64Array, k: number, width: number): number {
  const from = row * width;
  const other = k * width;
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  let j = 0;
  for (; j + 3 < width; j += 4) {
    s0 += vectors[from + j]! * centres[other + j]!;
    s1 += vectors[from + j + 1]! * centres[other + j + 1]!;
    s2 += vectors[from + j + 2]! * centres[other + j + 2]!;
    s3 += vectors[from + j + 3]! * centres[other + j + 3]!;
  }
  for (; j < width; j++) s0 += vectors[from + j]! * centres[other + j]!;
  return (s0 + s1) + (s2 + s3);
}

/**
 * Cosines of one vector to every centre, into `out` [count]. Four centres at a time, so that a number of the vector is read once
 * for the four.
 */
export function cosinesInto(
  out: Float64Array,
  vectors: Float32Array,
  row: number,
  centres: Float64Array,
  count: number,
  width: number,
): void {
  const from = row * width;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    let a = k * width, b = a + width, c = b + width, d = c + width;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let at = from; at < from + width; at++) {
      const x = vectors[at]!;
      s0 += x * centres[a++]!;
      s1 += x * centres[b++]!;
      s2 += x * centres[c++]!;
      s3 += x * centres[d++]!;
    }
    out[k] = s0;
    out[k + 1] = s1;
    out[k + 2] = s2;
    out[k + 3] = s3;
  }
  for (; k < count; k++) out[k] = cosine(vectors, row, centres, k, width);
}

/** The angle of a cosine, radians in [0, pi]; rounding beyond [-1, 1] is cut off. */
export function angleOf(cosine: number): number {
  return Math.acos(Math.min(1, Math.max(-1, cosine)));
}

/** The dot product of two vectors of the same width. @throws RangeError when the widths differ */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requireWidth(a.length, b.length);
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

/** The angle between two unit vectors of the same width, radians. @throws RangeError when the widths differ */
export function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return angleOf(dot(a, b));
}

/** Row `k` of a matrix, as a view. */
export function rowOf(matrix: Float64Array, k: number, width: number): Float64Array {
  return matrix.subarray(k * width, (k + 1) * width);
}

/** Scales row `k` of a matrix to length 1 in place and gives its former length; a row of zeros stays. */
export function normaliseRow(matrix: Float64Array, k: number, width: number): number {
  const row = rowOf(matrix, k, width);
  let square = 0;
  for (const value of row) square += value * value;
  const length = Math.sqrt(square);
  if (length > 0) row.forEach((value, j) => row[j] = value / length);
  return length;
}

/** Adds `weight` times row `row` of the vectors to row `k` of the sums, in place. */
export function addRow(
  sums: Float64Array,
  k: number,
  vectors: Float32Array,
  row: number,
  width: number,
  weight = 1,
): void {
  const from = row * width;
  const to = k * width;
  let j = 0;
  for (; j + 3 < width; j += 4) {
    const a = sums[to + j]! + weight * vectors[from + j]!;
    const b = sums[to + j + 1]! + weight * vectors[from + j + 1]!;
    const c = sums[to + j + 2]! + weight * vectors[from + j + 2]!;
    const d = sums[to + j + 3]! + weight * vectors[from + j + 3]!;
    sums[to + j] = a;
    sums[to + j + 1] = b;
    sums[to + j + 2] = c;
    sums[to + j + 3] = d;
  }
  for (; j < width; j++) sums[to + j] = sums[to + j]! + weight * vectors[from + j]!;
}

/** @throws RangeError when two widths differ */
export function requireWidth(found: number, wanted: number): void {
  if (found !== wanted) throw new RangeError(`Cannot compare vectors: width ${found}, wanted the regions' ${wanted}`);
}
