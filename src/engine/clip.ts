/**
 * Gradient clipping.
 * @module
 */
import { type Scalar, type Tensor, tf } from "./tfjs.ts";

/** Keeps the division apart from 0, as PyTorch does. */
const EPSILON = 1e-6;

/** Euclidean norm of all tensors taken together. */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  return tf.tidy(() => {
    const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
    return tf.sqrt(squares.length === 1 ? squares[0]! : tf.sum(tf.stack(squares))) as Scalar;
  });
}

/**
 * The tensors, scaled down together when their norm exceeds `maxNorm`: `torch.nn.utils.clip_grad_norm_`, that is times
 * min(1, maxNorm / (norm + 1e-6)). A NaN anywhere makes all NaN.
 *
 * @example
 * ```ts
 * import { clipByGlobalNorm } from "./clip.ts";
 * import { openEngine } from "./open.ts";
 * import { tf } from "./tfjs.ts";
 * const engine = await openEngine("cpu");
 * const [x] = clipByGlobalNorm([tf.tensor1d([3, 4])], 1);
 * console.assert(Math.abs(x!.dataSync()[0]! - 0.6) < 1e-5);
 * engine.close();
 * ```
 */
export function clipByGlobalNorm(tensors: readonly Tensor[], maxNorm: number): Tensor[] {
  if (tensors.length === 0) return [];
  return tf.tidy(() => {
    const scale = tf.minimum(tf.div(maxNorm, tf.add(globalNorm(tensors), EPSILON)), 1);
    return tensors.map((tensor) => tf.mul(tensor, scale));
  });
}
