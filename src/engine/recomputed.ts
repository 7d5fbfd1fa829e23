/**
 * Computing activations again in the backward pass instead of keeping them (Chen et al., arXiv 1604.06174).
 * @module
 */
import { inOrder } from "./graph/trace.ts";
import { type Tensor, tf } from "./tfjs.ts";
import type { TensorMap } from "./types.ts";

/**
 * f(inputs, read) for one step: the backward pass keeps what f is given alone, and computes f again when it gets there. f may read other tensors too
 * that are there from outside of the step; the gradients are those by the inputs.
 *
 * @example
 * ```ts
 * import { openEngine } from "./open.ts";
 * import { recomputed } from "./recomputed.ts";
 * import { tf } from "./tfjs.ts";
 * const engine = await openEngine("cpu");
 * let runs = 0;
 * const slope = tf.grad((x) =>
 *   recomputed(([x], { factor }) => {
 *     runs++;
 *     return tf.mul(x!, tf.mul(x!, factor!));
 *   }, [x], { factor: tf.scalar(3) })
 * )(tf.scalar(2));
 * console.assert(slope.dataSync()[0] === 12 && runs === 2);
 * engine.close();
 * ```
 */
export function recomputed(
  f: (inputs: readonly Tensor[], read: TensorMap) => Tensor,
  inputs: readonly Tensor[],
  read: TensorMap,
): Tensor {
  const names = Object.keys(read);
  const custom = tf.customGrad((...given) => {
    // Typed for tensors; the last is the tape's.
    const save = given.pop() as unknown as (tensors: Tensor[]) => void;
    const tensors = given as Tensor[];
    save([...tensors, ...names.map((name) => read[name]!)]);
    return {
      value: f(tensors, read),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        // A graph would otherwise compute f again at once, and hold both.
        const again = saved.slice(0, inputs.length).map((x) => inOrder([dy], x));
        const kept = Object.fromEntries(names.map((name, k) => [name, saved[inputs.length + k]!]));
        return gradients(() => tf.grads((...tensors) => f(tensors, kept))(again, dy));
      },
    };
  });
  return custom(...inputs as Tensor[]);
}

/** Gradients inside of a backward pass: tfjs keeps one tape, which the inner one would end. */
function gradients(inner: () => Tensor[]): Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return inner();
  } finally {
    state.activeTape = outer!;
  }
}
