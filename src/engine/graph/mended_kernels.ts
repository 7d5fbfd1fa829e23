/**
 * Two of tfjs-node's kernels in a form that can be traced.
 * @module
 */
import { typeAttribute } from "../tensorflow_ops.ts";
import { type KernelFunc, nodeBackend, type Tensor, tf } from "../tfjs.ts";

/**
 * GatherV2 without a look at the indices: tfjs-node reads them back to check their range in JavaScript, which cannot be traced and makes a GPU wait.
 * TensorFlow checks them itself on the CPU and gives zeros on a GPU.
 */
const gather: KernelFunc = ({ inputs, attrs }) => {
  const { x, indices } = inputs as unknown as { x: Tensor; indices: Tensor };
  const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
  return withScalar(axis, (axisTensor) =>
    nodeBackend().executeSingleOutput("GatherV2", [
      { name: "batch_dims", type: nodeBackend().binding.TF_ATTR_INT, value: batchDims },
      typeAttribute("Tparams", x.dtype),
      typeAttribute("Tindices", "int32"),
      typeAttribute("Taxis", "int32"),
    ], [x, indices, axisTensor]));
};

/** ExpandDims with its dtype said: eager mode infers it, a graph does not. */
const expandDims: KernelFunc = ({ inputs, attrs }) => {
  const { input } = inputs as unknown as { input: Tensor };
  const { dim } = attrs as unknown as { dim: number };
  const attributes = [typeAttribute("T", input.dtype), typeAttribute("Tdim", "int32")];
  return withScalar(
    dim,
    (dimTensor) => nodeBackend().executeSingleOutput("ExpandDims", attributes, [input, dimTensor]),
  );
};

function withScalar(value: number, run: (scalar: Tensor) => Tensor): Tensor {
  const scalar = tf.scalar(value, "int32");
  const result = run(scalar);
  scalar.dispose();
  return result;
}

/** Puts these kernels in the place of tfjs-node's own. Call it after tfjs-node has registered its kernels. */
export function registerMendedKernels(): void {
  for (const [kernelName, kernelFunc] of Object.entries({ GatherV2: gather, ExpandDims: expandDims })) {
    tf.unregisterKernel(kernelName, "tensorflow");
    tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc });
  }
}
