/**
 * The `tensorflow` rung: TensorFlow's C library through tfjs-node; a CUDA GPU when there is one, else all cores.
 * @module
 */
import { EngineError } from "./errors.ts";
import { loadNodeBackend } from "./node_addon.ts";
import type { OpenRung } from "./rung.ts";
import { nvidiaGpu, nvidiaMemory } from "./setup/nvidia.ts";
import { thisSystem } from "./setup/system.ts";
import { tf } from "./tfjs.ts";

/** What TensorFlow reads when it is loaded; a value the user has set stays. */
const ENVIRONMENT = {
  // Errors only: TensorFlow's start-up lines say nothing a user of this program can act on.
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_DETERMINISTIC_OPS: "1",
  // TensorFlow turns oneDNN on by the processor it finds. It rewrites graphs, not eager operations (softmax gets other bits), and at the sizes
  // of these models it is slower.
  TF_ENABLE_ONEDNN_OPTS: "0",
  // Memory of one operation goes to the next. Left to the C library it goes back to the system and comes again page by page, ten thousand a step.
  TF_CPU_ALLOCATOR_USE_BFC: "true",
} as const;

/** Set otherwise by the user, these choose other kernels or another order of sums: other bits. */
const CHANGES_BITS = [
  "TF_ENABLE_ONEDNN_OPTS",
  "TF_XLA_FLAGS",
  "TF_NUM_INTEROP_THREADS",
  "TF_DETERMINISTIC_OPS",
] as const;

/**
 * Loads TensorFlow and makes it the current backend.
 *
 * @throws {EngineError} when it is not set up, or does not load.
 */
export async function openTensorflow(): Promise<OpenRung> {
  for (const [name, value] of Object.entries(ENVIRONMENT)) {
    if (!Deno.env.get(name)) Deno.env.set(name, value);
  }
  const threads = intraOpThreads();
  const binding = loadNodeBackend();
  if (!(await tf.setBackend("tensorflow"))) {
    throw new EngineError(`Cannot open engine "tensorflow": its backend did not start`);
  }
  return {
    version: [
      `tfjs ${tf.version_core}`,
      `TensorFlow ${binding.TF_Version}`,
      ...bitsSettings((name) => Deno.env.get(name)),
    ].join(", "),
    ...(binding.isUsingGpuDevice() ? await gpu() : { device: "cpu" }),
    threads,
  };
}

/**
 * What the user has set in the environment that changes bits, as `NAME=VALUE`. It is part of the engine's version, so that stored stages
 * and reports tell such runs apart. TF_NUM_INTRAOP_THREADS is not among them: it is the engine's thread count.
 *
 * @param env A variable's value, or undefined.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const set: Record<string, string> = { TF_ENABLE_ONEDNN_OPTS: "1", TF_DETERMINISTIC_OPS: "1" };
 * assert.deepEqual(bitsSettings((name) => set[name]), ["TF_ENABLE_ONEDNN_OPTS=1"]);
 * ```
 */
export function bitsSettings(env: (name: string) => string | undefined): string[] {
  const ours: Readonly<Record<string, string>> = ENVIRONMENT;
  return CHANGES_BITS
    .filter((name) => env(name) && env(name) !== ours[name])
    .map((name) => `${name}=${env(name)}`);
}

/** Threads TensorFlow gives to one operation: TF_NUM_INTRAOP_THREADS, else every core. */
function intraOpThreads(): number {
  const text = Deno.env.get("TF_NUM_INTRAOP_THREADS");
  if (text === undefined || text === "" || text === "0") return navigator.hardwareConcurrency;
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 0) {
    throw new EngineError(
      `Cannot open engine "tensorflow": TF_NUM_INTRAOP_THREADS is "${text}", a whole number of threads is needed`,
    );
  }
  return threads;
}

/** The first NVIDIA GPU, nameless where the driver's tool may not be asked. */
async function gpu(): Promise<{ readonly device: string; readonly memory?: number }> {
  const { state } = await Deno.permissions.query({ name: "run", command: "nvidia-smi" });
  if (state !== "granted") return { device: "gpu" };
  const memory = await nvidiaMemory(thisSystem);
  return { device: (await nvidiaGpu(thisSystem)) ?? "gpu", ...(memory && { memory }) };
}
