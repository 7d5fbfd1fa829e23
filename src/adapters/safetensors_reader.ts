/**
 * A checkpoint's tensors, read one at a time: checkpoints are larger than what is wanted of them at once.
 * @module
 */
import { join } from "node:path";
import { type WeightFiles, weightFiles } from "./checkpoint_files.ts";
import { type FloatEntry, SafetensorsFile } from "./safetensors_file.ts";
import { WeightsError } from "./weights_error.ts";

/** An open safetensors file, or a folder's shards: tensors are read one at a time by their byte range. */
export interface TensorSource {
  /** The folder. */
  readonly folder: string;
  /** Names of all tensors, in the order of files and of their bytes. */
  readonly names: readonly string[];
  /** Files of weights, by name without folder, in alphabetical order. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Sizes of a tensor's axes. @throws {WeightsError} where there is no such tensor, as everything below. */
  shapeOf(name: string): readonly number[];
  /** "F32", "F16" or "BF16". */
  dtypeOf(name: string): string;
  /**
   * As float32, row-major. Rows [from, to) of the first axis alone, where given. Reads may overlap.
   * @throws {WeightsError} naming file and tensor: a value that is not finite; a file that was cut since it was opened.
   * @throws RangeError for rows that are none of the tensor's.
   */
  read(name: string, rows?: { readonly from: number; readonly to: number }): Promise<Float32Array>;
  /** Closes the files. */
  close(): void;
}

/**
 * Opens a folder's model.safetensors, or model.safetensors.index.json with its shards. Headers alone are read, and held to the format:
 * every byte of a file belongs to one tensor, and every tensor lies in the one shard that the index names.
 *
 * @throws {WeightsError} naming the file, and the tensor where it is one's fault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { encodeSafetensors } from "./safetensors.ts";
 * const folder = Deno.makeTempDirSync();
 * const w = { shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
 * Deno.writeFileSync(`${folder}/model.safetensors`, encodeSafetensors({ w }));
 * const tensors = await openTensors(folder);
 * assert.deepEqual(await tensors.read("w", { from: 1, to: 2 }), Float32Array.of(3, 4));
 * tensors.close();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function openTensors(folder: string): Promise<TensorSource> {
  const weights = await weightFiles(folder);
  const open: SafetensorsFile[] = [];
  try {
    for (const name of weights.files) open.push(await SafetensorsFile.open(join(folder, name)));
    return sourceOf(folder, weights, open);
  } catch (error) {
    open.forEach((file) => file.close());
    throw error;
  }
}

interface Place {
  readonly file: SafetensorsFile;
  readonly entry: FloatEntry;
}

function sourceOf(folder: string, weights: WeightFiles, open: readonly SafetensorsFile[]): TensorSource {
  const places = placesOf(weights, open);
  const placeOf = (name: string): Place => {
    const place = places.get(name);
    if (place !== undefined) return place;
    throw new WeightsError(`Cannot read tensor ${JSON.stringify(name)} of ${folder}: there is none of that name`);
  };
  return {
    folder,
    names: [...places.keys()],
    files: open.map(({ bytes }, index) => ({ name: weights.files[index]!, bytes })),
    shapeOf: (name) => placeOf(name).entry.shape,
    dtypeOf: (name) => placeOf(name).entry.dtype,
    async read(name, rows) {
      const { file, entry } = placeOf(name);
      const [first, ...rest] = entry.shape;
      const width = rest.reduce((product, length) => product * length, 1);
      const { from, to } = rows ?? { from: 0, to: first ?? 1 };
      const isRow = [from, to].every(Number.isSafeInteger) && 0 <= from && from <= to && to <= (first ?? 1);
      if (!isRow || (rows !== undefined && first === undefined)) {
        throw new RangeError(`Cannot read rows ${from} to ${to} of tensor ${JSON.stringify(name)} of [${entry.shape}]`);
      }
      return await file.read(entry, from * width, (to - from) * width);
    },
    close: () => open.forEach((file) => file.close()),
  };
}

/** Where every tensor lies: in one file, and in that which the index names. */
function placesOf({ files, index }: WeightFiles, open: readonly SafetensorsFile[]): Map<string, Place> {
  const places = new Map<string, Place>();
  open.forEach((file, at) => {
    for (const entry of file.entries) {
      const refuse = (why: string) =>
        new WeightsError(`Cannot read tensor ${JSON.stringify(entry.name)} of ${file.path}: ${why}`);
      const other = places.get(entry.name);
      if (other !== undefined) throw refuse(`${other.file.path} has a tensor of that name too`);
      const shard = index?.shardOf.get(entry.name);
      if (index !== undefined && shard !== files[at]) {
        throw refuse(`${index.path} ${shard === undefined ? "does not name it" : `puts it in ${shard}`}`);
      }
      places.set(entry.name, { file, entry });
    }
  });
  for (const [name, shard] of index?.shardOf ?? []) {
    if (places.has(name)) continue;
    throw new WeightsError(
      `Cannot read tensor ${JSON.stringify(name)} of ${index!.path}: its file ${shard} has no such tensor`,
    );
  }
  return places;
}
