/**
 * The product of two matrices.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { onTensorflow, rawMatMul } from "../tensorflow_ops.ts";
import { type Tensor, type Tensor2D, tf } from "../tfjs.ts";

/** `a` [rows, inner] times `b` [inner, columns]: [rows, columns]. */
export const matrixProduct = (a: Tensor, b: Tensor): Tensor => product({ a, b }, {});

/**
 * Every group of rows times a matrix of its own: `a` [groups * rows, inner] times `b` [groups, inner, columns], or its transposes
 * [groups, columns, inner]: [groups * rows, columns].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { groupProduct } from "./matrix_product.ts";
 * const engine = await openEngine("cpu");
 * // The first two rows are doubled, the last two tripled.
 * const product = groupProduct(tf.tensor2d([[1], [2], [1], [2]]), tf.tensor3d([[[2]], [[3]]]));
 * assert.deepEqual([...product.dataSync()], [2, 4, 3, 6]);
 * engine.close();
 * ```
 */
export function groupProduct(a: Tensor, b: Tensor, transposeB = false): Tensor {
  const [groups] = b.shape as [number];
  const [rows, inner] = a.shape as [number, number];
  const own = tf.reshape(a, [groups, rows / groups, inner]);
  return tf.reshape(tf.matMul(own, b, false, transposeB), [rows, b.shape[transposeB ? 1 : 2]!]);
}

/** Matrix product by the kernel that suits the rung; no part of a gradient tape. */
export function multiply(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  if (onTensorflow()) return rawMatMul(a, b, transposeA, transposeB);
  return tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB);
}

/** tf.matMul is a batched product even of two matrices, which on the tensorflow rung takes up to twice as long where one side is thin. */
const product = definePrimitive<{ a: Tensor; b: Tensor }, Record<string, never>>({
  name: "MatrixProduct",
  forward: ({ a, b }) => [multiply(a, b)],
  saveInputs: ["a", "b"],
  gradient: (dy, [a, b]) => ({
    a: () => multiply(dy, b!, false, true),
    b: () => multiply(a!, dy, true, false),
  }),
});
