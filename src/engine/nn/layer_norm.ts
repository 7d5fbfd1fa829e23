/**
 * Layer normalisation (Ba et al., arXiv 1607.06450).
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

/**
 * `x` [..., width] brought to mean 0 and variance 1 over its last axis, times `gain` [width], plus `bias` [width]: torch.nn.LayerNorm.
 * The variance is the biased one; `epsilon` is added to it.
 */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor {
  const width = x.shape.at(-1)!;
  const y = normalise({ x: tf.reshape(x, [-1, width]), gain, bias }, { epsilon });
  return tf.reshape(y, x.shape);
}

const normalise = definePrimitive<{ x: Tensor; gain: Tensor; bias: Tensor }, { epsilon: number }>({
  name: "LayerNorm",
  forward({ x, gain, bias }, { epsilon }) {
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normal = tf.mul(centred, scale);
    return [tf.add(tf.mul(normal, gain), bias), normal, scale];
  },
  saveInputs: ["gain"],
  saveOutputs: [false, true, true],
  gradient(dy, [gain, normal, scale]) {
    return {
      x: () => {
        const d = tf.mul(dy, gain!);
        const along = tf.mean(tf.mul(d, normal!), 1, true);
        return tf.mul(tf.sub(tf.sub(d, tf.mean(d, 1, true)), tf.mul(normal!, along)), scale!);
      },
      gain: () => tf.sum(tf.mul(dy, normal!), 0),
      bias: () => tf.sum(dy, 0),
    };
  },
});
