/**
 * TensorFlow kernels that tfjs does not offer, for the building blocks that run faster with them on the tensorflow rung.
 *
 * They are no part of a gradient tape: call them inside `tf.customGrad`, or on what needs no gradient.
 * @module
 */
import { type DataType, nodeBackend, type OpAttribute, type Tensor, tf } from "./tfjs.ts";

/** Whether the open rung has these kernels. */
export const onTensorflow = (): boolean => tf.getBackend() === "tensorflow";

/** A dtype attribute. */
export function typeAttribute(name: string, dtype: DataType): OpAttribute {
  const { binding } = nodeBackend();
  const types = {
    ...{ float32: binding.TF_FLOAT, int32: binding.TF_INT32, bool: binding.TF_BOOL },
    ...{ string: binding.TF_STRING, complex64: binding.TF_COMPLEX64 },
  };
  return { name, type: binding.TF_ATTR_TYPE, value: types[dtype] };
}

function booleanAttribute(name: string, value: boolean): OpAttribute {
  return { name, type: nodeBackend().binding.TF_ATTR_BOOL, value };
}

function float(name: string, inputs: readonly Tensor[], more: readonly OpAttribute[] = []): Tensor {
  return nodeBackend().executeSingleOutput(name, [typeAttribute("T", "float32"), ...more], inputs);
}

/** Product of two matrices. Unlike tfjs's batched product, a bias added to it is fused with it in a graph. */
export function rawMatMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return float("MatMul", [a, b], [
    booleanAttribute("transpose_a", transposeA),
    booleanAttribute("transpose_b", transposeB),
  ]);
}

/** `x` [..., width] plus `bias` [width]. */
export const biasAdd = (x: Tensor, bias: Tensor): Tensor => float("BiasAdd", [x, bias]);

/** Sum over all axes but the last: the gradient of a bias. */
export const biasAddGradient = (dy: Tensor): Tensor => float("BiasAddGrad", [dy]);

/** 0 where StatelessRandomUniform gives less than `rate`, else 1 / (1 - rate). `seed` is [2] int32. */
export function randomMask(seed: Tensor, shape: readonly number[], rate: number): Tensor {
  const attributes = [typeAttribute("dtype", "float32"), typeAttribute("T", "int32"), typeAttribute("Tseed", "int32")];
  const size = tf.tensor1d([...shape], "int32");
  const uniform = nodeBackend().executeSingleOutput("StatelessRandomUniform", attributes, [size, seed]);
  return tf.mul(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 / (1 - rate));
}
