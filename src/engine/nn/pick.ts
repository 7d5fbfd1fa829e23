/**
 * Picking numbers out of a tensor by their places, and adding numbers up by theirs: each is the other's gradient.
 *
 * With them attention reads a table of pairwise terms without a row of the table for every pair (Shaw et al., arXiv 1803.02155, section 3.3): each
 * query is multiplied by the table once, and every pair picks its numbers from that.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, type Tensor1D, tf } from "../tfjs.ts";

/**
 * For each column of `places` (int32, [terms, count], places in the flattened `x`) the sum of the numbers at those places: [count].
 *
 * @example
 * ```ts
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { pick } from "./pick.ts";
 * const engine = await openEngine("cpu");
 * const picked = pick(tf.tensor1d([1, 10, 100]), tf.tensor2d([[0, 2], [1, 2]], [2, 2], "int32"));
 * console.assert(picked.dataSync().join() === "11,200");
 * engine.close();
 * ```
 */
export const pick = (x: Tensor, places: Tensor): Tensor =>
  picked({ x: tf.reshape(x, [x.size]), places }, { size: x.size });

/**
 * `size` numbers, each the sum of those `values` [count] of which a row of `places` (int32, [terms, count]) says that they belong there.
 *
 * @example
 * ```ts
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { spread } from "./pick.ts";
 * const engine = await openEngine("cpu");
 * const sums = spread(tf.tensor1d([1, 10]), tf.tensor2d([[0, 2], [1, 2]], [2, 2], "int32"), 3);
 * console.assert(sums.dataSync().join() === "1,1,20");
 * engine.close();
 * ```
 */
export const spread = (values: Tensor, places: Tensor, size: number): Tensor => spreadOut({ values, places }, { size });

function gather(x: Tensor, places: Tensor): Tensor {
  const numbers = tf.gather(x, tf.reshape(places, [places.size]) as Tensor1D);
  return tf.sum(tf.reshape(numbers, places.shape), 0);
}

function scatter(values: Tensor, places: Tensor, size: number): Tensor {
  const flat = tf.reshape(values, [values.size]);
  const everywhere = tf.concat(new Array<Tensor>(places.shape[0]!).fill(flat));
  return tf.unsortedSegmentSum(everywhere as Tensor1D, tf.reshape(places, [places.size]) as Tensor1D, size);
}

const picked = definePrimitive<{ x: Tensor; places: Tensor }, { size: number }>({
  name: "PickedSums",
  forward: ({ x, places }) => [gather(x, places)],
  saveInputs: ["places"],
  gradient: (dy, [places], { size }) => ({
    x: () => scatter(dy, places!, size),
    places: () => tf.zerosLike(places!),
  }),
});

const spreadOut = definePrimitive<{ values: Tensor; places: Tensor }, { size: number }>({
  name: "SpreadSums",
  forward: ({ values, places }, { size }) => [scatter(values, places, size)],
  saveInputs: ["places"],
  gradient: (dy, [places]) => ({
    values: () => gather(dy, places!),
    places: () => tf.zerosLike(places!),
  }),
});
