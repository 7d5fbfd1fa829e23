/**
 * The one door to TensorFlow.js: everything the program uses of it, with the types it lacks.
 *
 * Import `tf` from here and nothing from `@tensorflow/*` elsewhere.
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
// For its side effects: the core's build for Node comes without gradients, the union package registers them in that same core.
import "@tensorflow/tfjs";
import { EngineError } from "./errors.ts";

export { tf };
export type {
  DataType,
  GradSaveFunc,
  KernelBackend,
  KernelConfig,
  KernelFunc,
  NamedAttrMap,
  NamedTensorMap,
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  TensorInfo,
  TypedArray,
} from "@tensorflow/tfjs-core";

/** What a kernel call gives back: TensorFlow's handle, shape, and dtype in TensorFlow's numbering. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** One attribute of a TensorFlow op; `type` is one of the binding's `TF_ATTR_*`. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | object | string | number[];
}

/** The native addon of tfjs-node, as far as the program calls it. */
export interface NodeBinding {
  /** Makes a tensor of `shape` and `dtype` (a `TF_*` number) from values; its handle must be deleted. */
  createTensor(shape: number[], dtype: number, values: ArrayBufferView | readonly Uint8Array[]): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorMetadata[];
  /** Loads a SavedModel folder by its comma-separated tags. */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  /** Feeds `inputs` to the comma-separated input names, fetches the comma-separated output names (`node:0`). */
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_RESOURCE: number;
  /** E.g. "2.21.0". */
  readonly TF_Version: string;
}

/** The tfjs-node backend with the members its own types hide. `binding` may be replaced while a step is traced. */
export interface NodeBackend {
  binding: NodeBinding;
  /** TensorFlow handles of tensors; values not yet handed to TensorFlow are handed over first. */
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  /** Wraps a handle in a tensor that tidy and dispose know. */
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/**
 * The tfjs-node backend that is now in use.
 *
 * @throws {EngineError} when the open rung is not `tensorflow`.
 */
export function nodeBackend(): NodeBackend {
  if (tf.getBackend() !== "tensorflow") {
    throw new EngineError(
      `Cannot reach TensorFlow's kernels: the open engine is "${tf.getBackend()}", "tensorflow" is needed`,
    );
  }
  return tf.backend() as unknown as NodeBackend;
}
