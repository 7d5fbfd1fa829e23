/**
 * Causal attention in which several query heads share a key and value head (Ainslie et al., arXiv 2305.13245).
 * @module
 */
import { type Tensor, type Tensor4D, tf } from "../tfjs.ts";

/** What {@linkcode groupedAttention} takes. */
export interface GroupedAttentionInput {
  /** [batch, queries, heads, size] */
  readonly query: Tensor;
  /** [batch, keys, kvHeads, size]; kvHeads divides heads. */
  readonly key: Tensor;
  /** [batch, keys, kvHeads, size] */
  readonly value: Tensor;
  /** Added to the scaled scores [batch, heads, queries, keys]; broadcast to that shape. A large negative number masks a key. */
  readonly bias: Tensor;
}

/** Each query's mixture of values, [batch * queries, heads * size]; query head h reads key head floor(h kvHeads / heads), as in Hugging Face. */
export function groupedAttention({ query, key, value, bias }: GroupedAttentionInput): Tensor {
  const [batch, queries, heads, size] = query.shape as [number, number, number, number];
  const [, keys, kvHeads] = key.shape as [number, number, number];
  const group = heads / kvHeads;
  // The queries of a group stand below each other: one product for all of them, and no copy of keys.
  const own = tf.reshape(
    tf.transpose(tf.reshape(query, [batch, queries, kvHeads, group, size]), [0, 2, 3, 1, 4]),
    [batch, kvHeads, group * queries, size],
  ) as Tensor4D;
  const split = (x: Tensor) => tf.transpose(x, [0, 2, 1, 3]) as Tensor4D;
  const products = tf.matMul(tf.mul(own, 1 / Math.sqrt(size)), split(key), false, true);
  const scores = tf.add(tf.reshape(products, [batch, heads, queries, keys]), bias);
  const probabilities = tf.reshape(tf.softmax(scores), [batch, kvHeads, group * queries, keys]) as Tensor4D;
  const mixed = tf.reshape(tf.matMul(probabilities, split(value)), [batch, kvHeads, group, queries, size]);
  return tf.reshape(tf.transpose(mixed, [0, 3, 1, 2, 4]), [batch * queries, heads * size]);
}
