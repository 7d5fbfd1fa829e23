/**
 * Time spent on a stage by processes that did not finish it: part of what its result cost.
 * @module
 */
import { join } from "node:path";
import { readIfFile, writeWhole } from "../files.ts";

const NAME = "spent_seconds";

/** Seconds that earlier attempts had spent when they last wrote a checkpoint into `scratch`. */
export async function spentSeconds(scratch: string): Promise<number> {
  const seconds = Number(new TextDecoder().decode(await readIfFile(join(scratch, NAME)) ?? new Uint8Array()));
  return Number.isFinite(seconds) ? seconds : 0;
}

/** Notes the seconds spent so far, over all attempts. */
export async function noteSpent(scratch: string, seconds: number): Promise<void> {
  await writeWhole(join(scratch, NAME), new TextEncoder().encode(String(seconds)));
}
