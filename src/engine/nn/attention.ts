/**
 * Scaled dot-product attention with several heads (Vaswani et al., arXiv 1706.03762).
 * @module
 */
import { type Tensor, type Tensor4D, tf } from "../tfjs.ts";

/** What attention takes; projections are done before and after it. */
export interface AttentionInput {
  /** [batch, queries, width] */
  readonly query: Tensor;
  /** [batch, keys, width] */
  readonly key: Tensor;
  /** [batch, keys, width] */
  readonly value: Tensor;
  /** Divides width. */
  readonly heads: number;
  /** Added to the scaled scores [batch, heads, queries, keys]; broadcast to that shape. A large negative number masks a key. */
  readonly bias?: Tensor;
  /** Applied to the probabilities [batch, heads, queries, keys], e.g. dropout. */
  readonly dropProbabilities?: (probabilities: Tensor) => Tensor;
}

/**
 * Each query's mixture of values, [batch, queries, width]; head h uses the hth slice of the width. Queries may be fewer than keys, as when only
 * the last position is wanted. A query whose keys are all masked equally attends to all of them evenly.
 *
 * @throws {RangeError} when the width is not a multiple of `heads`.
 */
export function attention({ query, key, value, heads, bias, dropProbabilities = (p) => p }: AttentionInput): Tensor {
  const [batch, queries, width] = query.shape as [number, number, number];
  if (width % heads !== 0) throw new RangeError(`Cannot attend: width ${width} is not a multiple of heads ${heads}`);
  const split = (x: Tensor) =>
    tf.transpose(tf.reshape(x, [batch, x.shape[1]!, heads, width / heads]), [0, 2, 1, 3]) as Tensor4D;
  const scaled = tf.mul(tf.matMul(split(query), split(key), false, true), 1 / Math.sqrt(width / heads));
  const probabilities = dropProbabilities(tf.softmax(bias === undefined ? scaled : tf.add(scaled, bias)));
  const mixed = tf.matMul(probabilities, split(value));
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, queries, width]);
}
