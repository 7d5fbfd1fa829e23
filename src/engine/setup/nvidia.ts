/**
 * Whether there is an NVIDIA GPU. Deno keeps /proc and /dev closed to programs without all permissions, so the driver's
 * tool is asked.
 * @module
 */
import type { System } from "./system.ts";

/** The name of the first NVIDIA GPU, as its driver's own tool tells; undefined where there is none. */
export async function nvidiaGpu(system: Pick<System, "run">): Promise<string | undefined> {
  const ended = await system.run("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], { seconds: 20 });
  const name = ended.stdout.split("\n")[0]?.trim();
  return ended.code === 0 && name ? name : undefined;
}

/**
 * Bytes of memory of the first NVIDIA GPU; undefined where there is none, or its tool does not say.
 *
 * @example
 * ```ts
 * import { nvidiaMemory } from "./nvidia.ts";
 * const run = () => Promise.resolve({ code: 0, stdout: "81559\n", stderr: "" });
 * console.assert(await nvidiaMemory({ run }) === 81559 * 2 ** 20);
 * ```
 */
export async function nvidiaMemory(system: Pick<System, "run">): Promise<number | undefined> {
  const ended = await system.run("nvidia-smi", ["--query-gpu=memory.total", "--format=csv,noheader,nounits"], {
    seconds: 20,
  });
  const mebibytes = Number.parseInt(ended.stdout, 10);
  return ended.code === 0 && mebibytes > 0 ? mebibytes * 2 ** 20 : undefined;
}
