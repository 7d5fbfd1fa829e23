/**
 * Order among parts of a step that share no values: one after the other they hold less at a time.
 * @module
 */
import { inOrder } from "../graph/trace.ts";
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

const ordered = definePrimitive<{ x: Tensor; first: Tensor }, Record<string, never>>({
  name: "After",
  forward: ({ x, first }) => [tf.clone(inOrder([first], x))],
  saveInputs: ["first"],
  gradient: (dy, [first]) => ({ x: () => dy, first: () => tf.zerosLike(first!) }),
});

/**
 * `x` itself, but in a graph no sooner than `first` is there; for gradients it is `x`.
 *
 * @example
 * ```ts
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { after } from "./after.ts";
 * const engine = await openEngine("cpu");
 * const gradient = tf.grad((x) => tf.square(after(tf.scalar(1), x)))(tf.scalar(3));
 * console.assert(gradient.dataSync()[0] === 6);
 * engine.close();
 * ```
 */
export const after = (first: Tensor, x: Tensor): Tensor => ordered({ x, first }, {});
