/**
 * Root mean square normalisation (Zhang and Sennrich, arXiv 1910.07467).
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { sumOfRows } from "../tensorflow_ops.ts";
import { type Tensor, type Tensor2D, tf } from "../tfjs.ts";

/**
 * `x` [rows, width] divided by the root of its rows' mean squares, `epsilon` added to that mean, times `gain` [width].
 *
 * @example
 * ```ts
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { rmsNorm } from "./rms_norm.ts";
 * const engine = await openEngine("cpu");
 * // The mean square of 1 and 7 is 25.
 * const [a, b] = rmsNorm(tf.tensor2d([[1, 7]]), tf.tensor1d([1, 10]), 0).dataSync();
 * console.assert(Math.abs(a! - 0.2) < 1e-6 && Math.abs(b! - 14) < 1e-5);
 * engine.close();
 * ```
 */
export const rmsNorm = (x: Tensor, gain: Tensor, epsilon: number): Tensor => normalise({ x, gain }, { epsilon });

const normalise = definePrimitive<{ x: Tensor; gain: Tensor }, { epsilon: number }>({
  name: "RmsNorm",
  forward({ x, gain }, { epsilon }) {
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), epsilon));
    return [tf.mul(tf.mul(x, scale), gain), scale];
  },
  saveInputs: ["x", "gain"],
  saveOutputs: [false, true],
  gradient(dy, [x, gain, scale]) {
    const width = x!.shape[1]!;
    return {
      x: () => {
        // With n = x scale: (dy gain - n mean(dy gain n)) scale; the row means are products with one column.
        const normal = tf.mul(x!, scale!);
        const column = tf.reshape(tf.mul(gain!, 1 / width), [width, 1]) as Tensor2D;
        const along = tf.matMul(tf.mul(dy, normal) as Tensor2D, column);
        return tf.mul(tf.sub(tf.mul(dy, gain!), tf.mul(normal, along)), scale!);
      },
      gain: () => sumOfRows(tf.mul(dy, tf.mul(x!, scale!))),
    };
  },
});
