/**
 * Identity (tf.clone) without a copy: tensors never change, so a clone shares its source's memory, as on the other backends.
 * @module
 */
import type { KernelConfig } from "../tfjs.ts";
import type { WasmBackend } from "./heap.ts";

/** The kernel to register for "Identity" on wasm. */
export const identity: KernelConfig = {
  kernelName: "Identity",
  backendName: "wasm",
  kernelFunc({ inputs, backend }) {
    const { dataId, shape, dtype } = inputs["x"]!;
    (backend as WasmBackend).incRef(dataId);
    return { dataId, shape, dtype };
  },
};
