/**
 * Gradient accumulation: the gradients of a batch's parts are added up before one optimiser step is taken, so that a step takes the memory of a part.
 *
 * Up to rounding the numbers are those of the whole batch, but for two things: with dropout every part draws masks of its own, and a term over
 * "means" has each part's instead of the batch's.
 * @module
 */
import { tf } from "../engine/tfjs.ts";
import type { Tensor, TensorMap } from "../engine/types.ts";

/** Sums of gradients have this behind their name. */
const SUM = "G";

/**
 * The state after a part: its gradients are added to what the parts before it left, and after the last one the update is taken with the sums, which
 * begin anew. Until then all else stays, to the last bit.
 *
 * @param last 1 in the last part, 0 in the others.
 * @param update the whole state after an optimiser step with the given gradients
 */
export function accumulated(
  last: Tensor,
  state: TensorMap,
  gradients: TensorMap,
  update: (sums: TensorMap) => Record<string, Tensor>,
): Record<string, Tensor> {
  const before = tf.sub(1, last);
  const sums = Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.add(state[name + SUM]!, gradient)]),
  );
  const next = update(sums);
  for (const [name, now] of Object.entries(next)) {
    // One of the products is with 1, the other with 0: nothing is rounded.
    if (now !== state[name]) next[name] = tf.add(tf.mul(now, last), tf.mul(state[name]!, before));
  }
  for (const [name, sum] of Object.entries(sums)) next[name + SUM] = tf.mul(sum, before);
  return next;
}

/** A state with sums that are zero, one for all that has AdamW's moments. */
export function withSums(state: TensorMap): Record<string, Tensor> {
  const names = Object.keys(state).filter((name) => `${name}M` in state);
  return { ...state, ...Object.fromEntries(names.map((name) => [name + SUM, tf.zerosLike(state[name]!)])) };
}

/** Whether an entry of a state is a sum of gradients. */
export const isSum = (name: string): boolean => name.endsWith(SUM);
