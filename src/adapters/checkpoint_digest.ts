/**
 * What a checkpoint is known by: a digest of all that its numbers depend on.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ByteSource, type FileDigest, type ReadProgress } from "../data/byte_source.ts";
import { weightFiles } from "./checkpoint_files.ts";

const BLOCK = 4_000_000;
/** Beside the weights and config.json; a checkpoint may lack them. The second says whether a prompt begins with a token of its own. */
const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"];

/** A checkpoint's digest. */
export interface CheckpointDigest {
  /** Of the list of its files' digests, as sha256sum prints it. */
  readonly sha256: string;
  /** Of all its files together. */
  readonly bytes: number;
  /** config.json, those of the tokenizer that there are, then the files of weights. */
  readonly files: readonly FileDigest[];
}

/**
 * Digest of a checkpoint's config.json, tokenizer and weights, read in blocks of some megabytes.
 *
 * `cd FOLDER; sha256sum config.json tokenizer.json tokenizer_config.json *.safetensors | sha256sum` gives the same, where these are all there are.
 *
 * @param onProgress Told the bytes of a file that are done, and its size.
 * @throws {WeightsError} where there are no weights, or an index that cannot be read.
 * @throws {DataError} for a file that is missing, cannot be read, or changes meanwhile.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { bytes, files } = await checkpointDigest("tests/fixtures/conformance/llama/model");
 * assert.deepEqual(files.map(({ name }) => name), ["config.json", "model.safetensors"]);
 * assert.equal(bytes, 710 + 101048);
 * ```
 */
export async function checkpointDigest(folder: string, onProgress?: ReadProgress): Promise<CheckpointDigest> {
  const { files: weights } = await weightFiles(folder);
  const names = new Set((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name));
  const files: FileDigest[] = [];
  for (const name of ["config.json", ...TOKENIZER.filter((name) => names.has(name)), ...weights]) {
    files.push(await digestOf(join(folder, name), name, onProgress));
  }
  const list = files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join("");
  return {
    sha256: createHash("sha256").update(list).digest("hex"),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files,
  };
}

async function digestOf(path: string, name: string, onProgress?: ReadProgress): Promise<FileDigest> {
  const source = await ByteSource.open(path, onProgress);
  try {
    const block = new Uint8Array(Math.min(BLOCK, Math.max(1, source.size)));
    while (await source.read(block) > 0);
    return await source.digest(name);
  } finally {
    await source.close();
  }
}
