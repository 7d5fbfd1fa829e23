/**
 * The config.json of a checkpoint's folder.
 * @module
 */
import { join } from "node:path";
import { CheckpointError } from "../backbones/llama/checkpoint_error.ts";
import { type LlamaConfig, readLlamaConfig } from "../backbones/llama/config.ts";
import { readBounded } from "./read_bounded.ts";
import { strictJson } from "./strict_json.ts";
import { WeightsError } from "./weights_error.ts";

/** Real ones have a few kilobytes. */
const LIMIT = 1_000_000;

/**
 * Reads the settings of a checkpoint's folder.
 *
 * @throws {CheckpointError} where there is none, or it says what cannot be used.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { family, layers } = await readCheckpointConfig("tests/fixtures/conformance/llama/model");
 * assert.deepEqual([family, layers], ["llama", 2]);
 * ```
 */
export async function readCheckpointConfig(folder: string): Promise<LlamaConfig> {
  await mustBeFolder(folder);
  let json: unknown;
  try {
    json = strictJson(await readBounded(join(folder, "config.json"), LIMIT));
  } catch (cause) {
    throw new CheckpointError(`Cannot use checkpoint ${folder}: ${reasonOf(cause)}`, { cause });
  }
  return readLlamaConfig(json, folder);
}

async function mustBeFolder(folder: string): Promise<void> {
  try {
    if ((await Deno.stat(folder)).isDirectory) return;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  throw new CheckpointError(`Cannot use checkpoint ${folder}: there is no such folder`);
}

/** Why there are no settings. Rethrows what is no fault of the folder's. */
function reasonOf(cause: unknown): string {
  if (cause instanceof SyntaxError) return `its config.json ${cause.message}`;
  if (cause instanceof WeightsError) return cause.message;
  if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
    return "it has no config.json";
  }
  throw cause;
}
