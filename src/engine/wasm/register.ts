/**
 * Registers the kernels tfjs's WebAssembly backend lacks or does slowly.
 * @module
 */
import { type KernelConfig, tf } from "../tfjs.ts";
import { batchMatMul } from "./batch_mat_mul.ts";
import { gather } from "./gather.ts";
import { identity } from "./identity.ts";
import { slice, splitV } from "./slice.ts";
import { sumBefore } from "./sum.ts";
import { unsortedSegmentSum } from "./unsorted_segment_sum.ts";

/** Registers them, in place of the backend's own where it has one. Call it once, before the backend starts. */
export function registerWasmKernels(): void {
  const kernels: readonly KernelConfig[] = [
    ...[batchMatMul, gather, identity, slice, splitV, unsortedSegmentSum],
    sumBefore(tf.getKernel("Sum", "wasm")),
  ];
  for (const kernel of kernels) {
    if (tf.getKernel(kernel.kernelName, "wasm") !== undefined) tf.unregisterKernel(kernel.kernelName, "wasm");
    tf.registerKernel(kernel);
  }
}
