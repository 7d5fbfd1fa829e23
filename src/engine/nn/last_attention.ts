/**
 * Attention of one query a sequence, without keys and values.
 *
 * With K_t = W_k x_t and V_t = W_v x_t a head's score is q . W_k x_t = (W_k^T q) . x_t, and its mixture sum_t p_t W_v x_t = W_v sum_t p_t x_t: both
 * maps are applied once a sequence instead of once a position.
 * @module
 */
import { type Tensor3D, tf } from "../tfjs.ts";
import type { Tensor } from "../types.ts";

/** A term that an adapter adds to a linear map, in two factors: it is `inner` times `up`. */
export interface LowRank {
  /** [rows, rank], rows flattened over batch and time */
  readonly inner: Tensor;
  /** [rank, outputs]; or [groups, rank, outputs], for as many groups of rows of equal size. */
  readonly up: Tensor;
}

/** A linear map from `memory` to keys or values. */
export interface MemoryMap {
  /** [width, width], PyTorch's layout: [out, in] */
  readonly weight: Tensor;
  /** Added to the map; `inner` has a row for each of the memory's, [batch * time, rank]. */
  readonly lowRank?: LowRank | undefined;
}

/** What {@linkcode lastAttention} takes. */
export interface LastAttentionInput {
  /** [batch, width] */
  readonly query: Tensor;
  /** [batch, time, width], what keys and values are linear maps of */
  readonly memory: Tensor;
  /** From memory to keys. It has no bias: one number more on all of a query's scores changes no probability. */
  readonly key: MemoryMap;
  /** From memory to values, with its bias [width]. */
  readonly value: MemoryMap & { readonly bias: Tensor };
  /** Divides width. */
  readonly heads: number;
  /** Added to the scaled scores [batch, heads, time]; broadcast to that shape. */
  readonly bias: Tensor;
  /** Applied to the probabilities [batch, heads, time], e.g. dropout. */
  readonly dropProbabilities?: (probabilities: Tensor) => Tensor;
}

/** {@linkcode attention} for one query a sequence, up to rounding: its mixture of values, [batch, width]. */
export function lastAttention(
  { query, memory, key, value, heads, bias, dropProbabilities = (p) => p }: LastAttentionInput,
): Tensor {
  const [batch, time, width] = memory.shape as [number, number, number];
  const size = width / heads;
  const swap = (x: Tensor) => tf.transpose(x, [1, 0, 2]) as Tensor3D;
  const inTime = (inner: Tensor) => tf.reshape(inner, [batch, time, inner.shape[1]!]) as Tensor3D;
  // Each head has its own rows of a weight, and its own columns of `up`.
  const rowsOf = (weight: Tensor) => tf.reshape(weight, [heads, size, width]) as Tensor3D;
  const columnsOf = (up: Tensor) =>
    up.rank === 2
      ? swap(tf.reshape(up, [up.shape[0]!, heads, size]))
      : tf.transpose(tf.reshape(up, [...up.shape.slice(0, 2), heads, size]), [2, 0, 1, 3]);
  /** A row x [heads, batch, ...] times its group's columns, or their transposes. */
  const timesColumns = (x: Tensor, up: Tensor, transpose: boolean) => {
    const columns = columnsOf(up);
    if (up.rank === 2) return tf.matMul(x, columns, false, transpose);
    const groups = up.shape[0]!;
    const product = tf.matMul(tf.reshape(x, [heads, groups, batch / groups, x.shape[2]!]), columns, false, transpose);
    return tf.reshape(product, [heads, batch, product.shape[3]!]);
  };

  const own = swap(tf.reshape(tf.mul(query, 1 / Math.sqrt(size)), [batch, heads, size]));
  let scores: Tensor = tf.matMul(swap(tf.matMul(own, rowsOf(key.weight))), memory as Tensor3D, false, true);
  if (key.lowRank !== undefined) {
    const asked = swap(timesColumns(own, key.lowRank.up, true));
    scores = tf.add(scores, tf.matMul(asked, inTime(key.lowRank.inner), false, true));
  }
  const probabilities = dropProbabilities(tf.softmax(tf.add(scores, bias))) as Tensor3D;
  let mixed: Tensor = tf.matMul(swap(tf.matMul(probabilities, memory as Tensor3D)), rowsOf(value.weight), false, true);
  if (value.lowRank !== undefined) {
    const inner = swap(tf.matMul(probabilities, inTime(value.lowRank.inner)));
    mixed = tf.add(mixed, timesColumns(inner, value.lowRank.up, false));
  }
  // Dropped probabilities need not sum to 1, so the bias comes in with their sum.
  const biases = tf.mul(tf.sum(probabilities, 2, true), tf.reshape(value.bias, [heads, size]));
  return tf.reshape(tf.add(swap(mixed), biases), [batch, width]);
}
