/**
 * The product of two matrices.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { onTensorflow, rawMatMul } from "../tensorflow_ops.ts";
import { type Tensor, type Tensor2D, tf } from "../tfjs.ts";

/** `a` [rows, inner] times `b` [inner, columns]: [rows, columns]. */
export const matrixProduct = (a: Tensor, b: Tensor): Tensor => product({ a, b }, {});

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
