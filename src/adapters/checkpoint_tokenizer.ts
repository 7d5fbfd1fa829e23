/**
 * The tokenizer's files of a checkpoint's folder.
 * @module
 */
import { join } from "node:path";
import { CheckpointError } from "../backbones/llama/checkpoint_error.ts";
import { readBounded } from "./read_bounded.ts";
import { strictJson } from "./strict_json.ts";
import { WeightsError } from "./weights_error.ts";

/** Those of large vocabularies have some ten megabytes. */
const LIMIT = 200_000_000;

/** Both files, parsed; nothing is known yet of what they say. */
export interface TokenizerFiles {
  readonly tokenizerJson: unknown;
  /** Left out where the folder has none. */
  readonly tokenizerConfig?: unknown;
}

/**
 * Reads tokenizer.json and, where there is one, tokenizer_config.json.
 *
 * @throws {CheckpointError} where the first is missing, or one is no JSON.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * await assert.rejects(readTokenizerFiles("tests/fixtures/conformance/llama/model"), /tokenizer.json is missing/);
 * ```
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const tokenizerJson = await parsed(folder, "tokenizer.json");
  if (tokenizerJson === undefined) {
    throw new CheckpointError(
      `its tokenizer.json is missing (a tokenizer.model alone is not read: transformers saves both)`,
    );
  }
  const tokenizerConfig = await parsed(folder, "tokenizer_config.json");
  return tokenizerConfig === undefined ? { tokenizerJson } : { tokenizerJson, tokenizerConfig };
}

async function parsed(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  try {
    await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
  try {
    return strictJson(await readBounded(path, LIMIT));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new CheckpointError(`its ${name} ${cause.message}`, { cause });
    throw cause instanceof WeightsError ? new CheckpointError(cause.message, { cause }) : cause;
  }
}
