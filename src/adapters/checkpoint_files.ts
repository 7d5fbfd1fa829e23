/**
 * Which files of a Hugging Face checkpoint's folder hold its weights.
 * @module
 */
import { join } from "node:path";
import { readBounded } from "./read_bounded.ts";
import { strictJson } from "./strict_json.ts";
import { WeightsError } from "./weights_error.ts";

/** The one file of weights, and what stands in its place where they lie in several. */
const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** Those of the largest models have thousands of lines. */
const INDEX_LIMIT = 100_000_000;
const MOST_SHARDS = 1000;

/** Files of weights. */
export interface WeightFiles {
  /** Their names in the folder, in alphabetical order. */
  readonly files: readonly string[];
  /** Where there are several: the index's path, and the file it puts every tensor in. */
  readonly index?: { readonly path: string; readonly shardOf: ReadonlyMap<string, string> };
}

/**
 * Finds model.safetensors, or the files that model.safetensors.index.json names.
 *
 * @throws {WeightsError} where neither is there, and for an index that is none or names what is no file of the folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${folder}/model.safetensors`, "");
 * assert.deepEqual(await weightFiles(folder), { files: ["model.safetensors"] });
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function weightFiles(folder: string): Promise<WeightFiles> {
  const names = await namesIn(folder);
  if (names.has(WHOLE)) return { files: [WHOLE] };
  if (!names.has(INDEX)) {
    const pickled = [...names].sort().find((name) => name.startsWith("pytorch_model"));
    const found = pickled === undefined ? "" : `found ${pickled}, `;
    throw new WeightsError(`Cannot read ${folder}: ${found}wanted safetensors: ${WHOLE} or ${INDEX}`);
  }
  const path = join(folder, INDEX);
  const shardOf = readIndex(await readBounded(path, INDEX_LIMIT), path);
  const files = [...new Set(shardOf.values())].sort();
  if (files.length > MOST_SHARDS) {
    throw new WeightsError(`Cannot read ${path}: it names ${files.length} files, wanted ${MOST_SHARDS} at most`);
  }
  for (const [tensor, shard] of shardOf) {
    if (names.has(shard)) continue;
    throw new WeightsError(`Cannot read tensor ${quoted(tensor)} of ${path}: its file ${quoted(shard)} is missing`);
  }
  return { files, index: { path, shardOf } };
}

async function namesIn(folder: string): Promise<Set<string>> {
  try {
    return new Set((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      throw new WeightsError(`Cannot read ${folder}: there is no such folder`, { cause });
    }
    throw cause;
  }
}

function readIndex(bytes: Uint8Array, path: string): Map<string, string> {
  let json: unknown;
  try {
    json = strictJson(bytes);
  } catch (cause) {
    throw cause instanceof SyntaxError
      ? new WeightsError(`Cannot read ${path}: it ${cause.message}`, { cause })
      : cause;
  }
  const map = isRecord(json) ? json.weight_map : undefined;
  if (!isRecord(map) || Object.keys(map).length === 0) {
    throw new WeightsError(`Cannot read ${path}: its weight_map is ${quoted(map)}, wanted names of files by tensor`);
  }
  const shardOf = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !isFileName(shard)) {
      throw new WeightsError(
        `Cannot read tensor ${quoted(tensor)} of ${path}: its file is ${quoted(shard)}, ` +
          `wanted the name of a safetensors file in the same folder`,
      );
    }
    shardOf.set(tensor, shard);
  }
  return shardOf;
}

const isFileName = (name: string) => /^[^/\\\0:]+\.safetensors$/.test(name) && !name.includes("..");

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value for a message, cut to a readable length. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
