/**
 * GatherV2 without a look at the indices.
 *
 * tfjs-node reads the indices back to check their range in JavaScript, which cannot be traced and makes a GPU wait. TensorFlow checks them itself on
 * the CPU and gives zeros on a GPU.
 * @module
 */
import { nodeBackend, type Tensor, tf } from "../tfjs.ts";
import { typeAttribute } from "../tensorflow_ops.ts";

let registered = false;

/** Puts the kernel in the place of tfjs-node's own, once. Call it after tfjs-node has registered its kernels. */
export function registerGatherKernel(): void {
  if (registered) return;
  registered = true;
  const place = { kernelName: "GatherV2", backendName: "tensorflow" };
  tf.unregisterKernel(place.kernelName, place.backendName);
  tf.registerKernel({
    ...place,
    kernelFunc({ inputs, attrs }) {
      const { x, indices } = inputs as unknown as { x: Tensor; indices: Tensor };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const axisTensor = tf.scalar(axis, "int32");
      const result = nodeBackend().executeSingleOutput("GatherV2", [
        { name: "batch_dims", type: nodeBackend().binding.TF_ATTR_INT, value: batchDims },
        typeAttribute("Tparams", x.dtype as "float32"),
        typeAttribute("Tindices", "int32"),
        typeAttribute("Taxis", "int32"),
      ], [x, indices, axisTensor]);
      axisTensor.dispose();
      return result;
    },
  });
}
