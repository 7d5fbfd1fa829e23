/**
 * The `webgpu` rung: any vendor's GPU through Deno's own WebGPU, nothing to install.
 *
 * Values come back asynchronously only (`await tensor.data()`): a synchronous read needs a canvas, which Deno has not.
 * @module
 */
import { EngineError } from "./errors.ts";
import type { OpenRung } from "./rung.ts";
import { tf } from "./tfjs.ts";

/** Names by which software renderers introduce themselves: they work, and are slower than wasm. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|microsoft basic render/i;

/** What an adapter says of itself, as far as it matters here. */
export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

/** Readable name of an adapter, e.g. "NVIDIA H100". */
export function adapterName(info: AdapterInfo): string {
  return info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(" ") || "gpu";
}

/** Whether an adapter is a program on the CPU and not a GPU. */
export function isSoftware(info: AdapterInfo): boolean {
  return info.isFallbackAdapter === true || SOFTWARE.test(`${info.description} ${info.device} ${info.vendor}`);
}

/**
 * Makes the first real GPU adapter the current backend. A software adapter is accepted only with RAIE_WEBGPU_SOFTWARE=1.
 *
 * @throws {EngineError} when WebGPU is off, or no GPU answers.
 */
export async function openWebgpu(): Promise<OpenRung> {
  const gpu = (navigator as { gpu?: GPU }).gpu;
  if (gpu === undefined) {
    throw new EngineError(`Cannot open engine "webgpu": WebGPU is off; start Deno with --unstable-webgpu`);
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new EngineError(
      `Cannot open engine "webgpu": no GPU answers; install the GPU's Vulkan driver, or choose another engine`,
    );
  }
  const info: AdapterInfo = adapter.info;
  if (isSoftware(info) && Deno.env.get("RAIE_WEBGPU_SOFTWARE") !== "1") {
    throw new EngineError(
      `Cannot open engine "webgpu": the only adapter, ${adapterName(info)}, is software, slower than "wasm"; ` +
        `choose another engine, or set RAIE_WEBGPU_SOFTWARE=1 to use it all the same`,
    );
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) {
    throw new EngineError(`Cannot open engine "webgpu": ${adapterName(info)} refused a device`);
  }
  return { version: `tfjs ${tf.version_core}, WebGPU`, device: adapterName(info), threads: 1 };
}
