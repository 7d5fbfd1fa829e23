/**
 * The `wasm` rung: XNNPACK's SIMD kernels, one thread, with what tfjs's own set lacks put right (see `wasm/`).
 * @module
 */
import { EngineError } from "./errors.ts";
import type { OpenRung } from "./rung.ts";
import { tf } from "./tfjs.ts";
import { registerWasmKernels } from "./wasm/register.ts";

/** Makes WebAssembly the current backend; the binary is read from the installed package, never from the network. */
export async function openWasm(): Promise<OpenRung> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  if (!registered) {
    const folder = new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
    setWasmPaths(decodeURIComponent(folder.pathname));
    registerWasmKernels();
    registered = true;
  }
  if (!(await tf.setBackend("wasm"))) {
    throw new EngineError(`Cannot open engine "wasm": its binary does not start here; is node_modules complete?`);
  }
  return { version: `tfjs ${tf.version_core}, WebAssembly`, device: "cpu", threads: 1 };
}

let registered = false;
