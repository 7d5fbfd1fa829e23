/**
 * Passing over the rows of a large tensor in blocks, and what is told of their numbers in one pass.
 * @module
 */
import type { TensorSource } from "./safetensors_reader.ts";

/** Numbers of a block, where a row has no more. */
const BLOCK = 2_000_000;

/**
 * Rows of a tensor, some megabytes at a time.
 *
 * @param rows [from, to) of the first axis; left out: all.
 * @throws {WeightsError} as the source's `read`.
 */
export async function* rowBlocks(
  source: TensorSource,
  name: string,
  rows?: { readonly from: number; readonly to: number },
): AsyncGenerator<Float32Array> {
  const [first = 0, ...rest] = source.shapeOf(name);
  const width = rest.reduce((product, length) => product * length, 1);
  const { from, to } = rows ?? { from: 0, to: first };
  const step = Math.max(1, Math.floor(BLOCK / Math.max(1, width)));
  for (let at = from; at < to; at += step) yield await source.read(name, { from: at, to: Math.min(at + step, to) });
}

/**
 * Standard deviation of all numbers of all blocks, the mean square around their mean (NumPy's default): one pass in double precision,
 * blocks put together as by Chan, Golub and LeVeque (1979).
 *
 * @throws RangeError where there are no numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(await standardDeviation([Float32Array.of(1, 2), Float32Array.of(3, 4)]), Math.sqrt(1.25));
 * ```
 */
export async function standardDeviation(
  blocks: Iterable<Float32Array> | AsyncIterable<Float32Array>,
): Promise<number> {
  let [count, mean, squares] = [0, 0, 0];
  for await (const block of blocks) {
    if (block.length === 0) continue;
    let sum = 0;
    for (let at = 0; at < block.length; at++) sum += block[at]!;
    const own = sum / block.length;
    let around = 0;
    for (let at = 0; at < block.length; at++) around += (block[at]! - own) ** 2;
    const [apart, all] = [own - mean, count + block.length];
    squares += around + apart * apart * count * block.length / all;
    mean += apart * block.length / all;
    count = all;
  }
  if (count === 0) throw new RangeError("Cannot give the standard deviation of no numbers");
  return Math.sqrt(squares / count);
}
