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
