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

/** Sum over the rows of a matrix, on any rung; TensorFlow's kernel for the gradient of a bias takes half the time of its Sum. */
export const sumOfRows = (x: Tensor): Tensor => onTensorflow() ? float("BiasAddGrad", [x]) : tf.sum(x, 0);

/** 1 - erf(x). */
export const erfc = (x: Tensor): Tensor => float("Erfc", [x]);

/** TensorFlow's number of int16, a dtype tfjs does not know: such tensors are handled by their numbers and never leave this file. */
const INT16 = 5;

/** Which entries dropout keeps, bool of `shape`; see src/engine/mask_rule.ts for the threshold. `seed` is [2] int32. */
export function keptEntries(seed: Tensor, shape: number[], threshold: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const words = Math.ceil(size / 2);
  const kept = keptHalves(randomWords(seed, words), tf.scalar(threshold, "int32"));
  const flat = tf.reshape(kept, [2 * words]);
  return tf.reshape(size === 2 * words ? flat : tf.slice(flat, [0], [size]), shape);
}

/** `x` where `kept` (bool, of the same shape), else 0. */
export const orZero = (kept: Tensor, x: Tensor): Tensor =>
  nodeBackend().executeSingleOutput("SelectV2", [typeAttribute("T", "float32")], [kept, x, tf.scalar(0)]);

function randomWords(seed: Tensor, count: number): Tensor {
  const attributes = [typeAttribute("dtype", "int32"), typeAttribute("T", "int32"), typeAttribute("Tseed", "int32")];
  return nodeBackend().executeSingleOutput("StatelessRandomUniformFullInt", attributes, [
    tf.tensor1d([count], "int32"),
    seed,
  ]);
}

/** Whether each half of each word, as an int16, is at least `threshold`: [words, 2] bool. */
function keptHalves(words: Tensor, threshold: Tensor): Tensor {
  const backend = nodeBackend();
  const { binding } = backend;
  const type = (name: string, value: number): OpAttribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const [wordsId, thresholdId] = backend.getInputTensorIds([words, threshold]) as [number, number];
  const run = (op: string, attributes: OpAttribute[], inputs: number[]) =>
    binding.executeOp(op, attributes, inputs, 1)[0]!;
  const halves = run("Bitcast", [type("T", binding.TF_INT32), type("type", INT16)], [wordsId]);
  const least = run("Cast", [type("SrcT", binding.TF_INT32), type("DstT", INT16)], [thresholdId]);
  const kept = run("GreaterEqual", [type("T", INT16)], [halves.id, least.id]);
  binding.deleteTensor(halves.id);
  binding.deleteTensor(least.id);
  return backend.createOutputTensor(kept);
}
