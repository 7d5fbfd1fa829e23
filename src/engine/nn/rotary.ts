/**
 * Rotary position embedding (Su et al., arXiv 2104.09864).
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

/**
 * `x` [..., size] with its pairs (i, i + size / 2) turned by their angles, Hugging Face's layout of them; `cos` and `sin` [..., size / 2] of those
 * angles, broadcast over `x`.
 *
 * @example
 * ```ts
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { rotary } from "./rotary.ts";
 * const engine = await openEngine("cpu");
 * // A quarter turn of the pair (3, 4).
 * console.assert(rotary(tf.tensor2d([[3, 4]]), tf.tensor2d([[0]]), tf.tensor2d([[1]])).dataSync().join() === "-4,3");
 * engine.close();
 * ```
 */
export const rotary = (x: Tensor, cos: Tensor, sin: Tensor): Tensor => turned({ x, cos, sin }, {});

function turn(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [first, second] = tf.split(x, 2, x.rank - 1) as [Tensor, Tensor];
  return tf.concat([
    tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
    tf.add(tf.mul(second, cos), tf.mul(first, sin)),
  ], x.rank - 1);
}

const turned = definePrimitive<{ x: Tensor; cos: Tensor; sin: Tensor }, Record<string, never>>({
  name: "RotaryTurn",
  forward: ({ x, cos, sin }) => [turn(x, cos, sin)],
  saveInputs: ["cos", "sin"],
  // A turn's transpose is the turn back. Angles are given, not learnt.
  gradient: (dy, [cos, sin]) => ({
    x: () => turn(dy, cos!, tf.neg(sin!)),
    cos: () => tf.zerosLike(cos!),
    sin: () => tf.zerosLike(sin!),
  }),
});
