/**
 * Plain numbers to the device and back.
 * @module
 */
import type { PlainTensor, PlainTensors } from "./plain_tensor.ts";
import { onTensorflow } from "./tensorflow_ops.ts";
import { nodeBackend, type Tensor, tf } from "./tfjs.ts";
import type { TensorMap } from "./types.ts";

/** A tensor that is on the device when this returns: otherwise the tensorflow rung keeps the values until somebody first reads them. */
export function onDevice({ shape, values }: PlainTensor): Tensor {
  const tensor = tf.tensor(values, [...shape]);
  if (onTensorflow()) nodeBackend().getInputTensorIds([tensor]);
  return tensor;
}

/** Numbers of tensors on the device: those named, or all. */
export async function plainValues(
  tensors: TensorMap,
  names: readonly string[] = Object.keys(tensors),
): Promise<PlainTensors> {
  const plain: Record<string, PlainTensor> = {};
  for (const name of names) {
    const { shape } = tensors[name]!;
    plain[name] = { shape, values: await tensors[name]!.data() as Float32Array };
  }
  return plain;
}
