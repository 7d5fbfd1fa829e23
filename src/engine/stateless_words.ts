/**
 * TensorFlow's StatelessRandomUniformFullInt, computed here: the rungs without TensorFlow draw the same dropout masks.
 *
 * The scheme is GenerateKey and PhiloxRandom of tensorflow/core/kernels/stateless_random_ops.cc and core/lib/random: the two seeds, as 64-bit
 * numbers, are scrambled by one Philox block into a key and the counter's upper half; the lower half counts blocks of four words.
 * @module
 */
import { philox } from "./philox.ts";

const SCRAMBLE_KEY = Uint32Array.of(0x3ec8f720, 0x02461e29);

/** The Philox words that a pair of int32 seeds stands for. */
export interface WordStream {
  /** [2] */
  readonly key: Uint32Array;
  /** [4], the first two zero: the block's number goes there. */
  readonly counter: Uint32Array;
}

/** GenerateKey. */
export function wordStream(seed0: number, seed1: number): WordStream {
  const mixed = new Uint32Array(4);
  // Sign extension to 64 bits.
  philox(Int32Array.of(seed0, seed0 < 0 ? -1 : 0, seed1, seed1 < 0 ? -1 : 0), SCRAMBLE_KEY, mixed);
  return { key: mixed.slice(0, 2), counter: Uint32Array.of(0, 0, mixed[2]!, mixed[3]!) };
}
