/**
 * Layer normalisation (Ba et al., arXiv 1607.06450).
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { sumOfRows } from "../tensorflow_ops.ts";
import { type Tensor, type Tensor2D, tf } from "../tfjs.ts";

/**
 * `x` [..., width] brought to mean 0 and variance 1 over its last axis, times `gain` [width], plus `bias` [width]: torch.nn.LayerNorm.
 * The variance is the biased one; `epsilon` is added to it.
 */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor {
  const width = x.shape.at(-1)!;
  if (x.rank === 2) return normalise({ x, gain, bias }, { epsilon });
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
    const width = normal!.shape[1]!;
    return {
      x: () => {
        // Row means of dy gain and dy gain normal as products with one column: no product the size of x is written down for them.
        const column = tf.reshape(tf.mul(gain!, 1 / width), [width, 1]) as Tensor2D;
        const mean = tf.matMul(dy as Tensor2D, column);
        const along = tf.matMul(tf.mul(dy, normal!) as Tensor2D, column);
        const projected = tf.add(tf.mul(normal!, along), mean);
        return tf.mul(tf.sub(tf.mul(dy, gain!), projected), scale!);
      },
      gain: () => sumOfRows(tf.mul(dy, normal!)),
      bias: () => sumOfRows(dy),
    };
  },
});
