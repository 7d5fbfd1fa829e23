/**
 * A sample of rows.
 * @module
 */
import type { RandomSource } from "./types.ts";

/**
 * `size` of the rows 0..count-1, ascending, every set of that size alike probable: selection sampling (Knuth, The Art of Computer Programming 2,
 * section 3.4.2, algorithm S), one draw for each row looked at.
 *
 * @param size at most `count`
 * @example
 * ```ts
 * import { drawSample } from "./sample.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...drawSample(5, 2, { float: () => 0.3, integer: () => 0 })], [0, 2]);
 * ```
 */
export function drawSample(count: number, size: number, stream: RandomSource): Int32Array {
  const rows = new Int32Array(size);
  let chosen = 0;
  for (let row = 0; chosen < size; row++) {
    if (stream.float() * (count - row) < size - chosen) rows[chosen++] = row;
  }
  return rows;
}
