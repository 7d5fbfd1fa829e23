/**
 * Where the tokens of a batch of prompts stand, and what each may see.
 * @module
 */
import { embed } from "../../engine/nn/mod.ts";
import { tf } from "../../engine/tfjs.ts";
import type { Tensor } from "../../engine/types.ts";
import type { LlamaConfig } from "./config.ts";
import type { Places } from "./layer.ts";
import { ropeTables } from "./rope.ts";
import type { TokenBatch } from "./token_batch.ts";

const MASKED = -1e9;

/** Cosines and sines by position, [positions, half]. */
export interface Angles {
  readonly positions: number;
  /** Half a head. */
  readonly half: number;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Angles of the first `count` positions; a head's halves have the same. @throws {RangeError} for more than the checkpoint's. */
export function anglesOf({ rope, headDim, maxPositions }: LlamaConfig, count: number): Angles {
  const half = headDim / 2;
  const { cos, sin } = ropeTables(rope, headDim, maxPositions, count);
  const first = (values: Float32Array) =>
    Float32Array.from({ length: count * half }, (_, i) => values[Math.floor(i / half) * headDim + i % half]!);
  return { positions: count, half, cos: first(cos), sin: first(sin) };
}

/** @param shared places at the beginning that are computed once for all prompts. */
export function placesOf(angles: Angles, batch: TokenBatch, shared: number): Places {
  const [rows, all] = batch.tokens.shape as [number, number];
  const own = all - shared;
  const positions = tf.reshape(tf.slice(batch.positions, [0, shared], [rows, own]), [rows * own]);
  const rowPositions = shared === 0 ? positions : tf.concat([tf.range(0, shared, 1, "int32"), positions], 0);
  const turn = (values: Float32Array) =>
    tf.expandDims(embed(tf.tensor2d(values, [angles.positions, angles.half]), rowPositions), 1);
  // Padding stands between what is shared and what is not, or where nothing is shared anywhere.
  const hiddenKeys = tf.mul(tf.sub(1, batch.real), MASKED);
  const keys = tf.reshape(hiddenKeys, [rows, 1, 1, all]);
  const answer = batch.answer ?? tf.fill([rows], all - 1, "int32");
  const ahead = tf.cast(
    tf.greater(tf.reshape(tf.range(0, all, 1, "int32"), [1, all]), tf.reshape(answer, [rows, 1])),
    "float32",
  );
  const before = tf.mul(tf.range(0, rows, 1, "int32"), tf.scalar(own, "int32"));
  return {
    batch: rows,
    own,
    shared,
    tensors: {
      cos: turn(angles.cos),
      sin: turn(angles.sin),
      bias: tf.add(keys, causal(all, shared)),
      ...(shared === 0 ? {} : { sharedBias: causal(shared, 0) }),
      answers: tf.add(before, answer),
      answerBias: tf.add(keys, tf.reshape(tf.mul(ahead, MASKED), [rows, 1, 1, all])),
    },
  };
}

/** Keys behind a query are masked: [1, 1, places - from, places] for the queries from `from` on. */
function causal(places: number, from: number): Tensor {
  const values = new Float32Array((places - from) * places);
  for (let query = from; query < places; query++) {
    values.fill(MASKED, (query - from) * places + query + 1, (query - from + 1) * places);
  }
  return tf.tensor4d(values, [1, 1, places - from, places]);
}
