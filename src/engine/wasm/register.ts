/**
 * Registers the kernels tfjs's WebAssembly backend lacks or does slowly.
 * @module
 */
import { type KernelConfig, tf } from "../tfjs.ts";
import { batchMatMul } from "./batch_mat_mul.ts";

const KERNELS: readonly KernelConfig[] = [batchMatMul];

/** Registers them, in place of the backend's own where it has one. */
export function registerWasmKernels(): void {
  for (const kernel of KERNELS) {
    if (tf.getKernel(kernel.kernelName, "wasm") !== undefined) tf.unregisterKernel(kernel.kernelName, "wasm");
    tf.registerKernel(kernel);
  }
}
