/**
 * Representations as an artifact: one safetensors file, written as they are computed and read by range.
 * @module
 */
import { encodeStart } from "../adapters/safetensors.ts";
import { SafetensorsFile } from "../adapters/safetensors_file.ts";
import { WeightsError } from "../adapters/weights_error.ts";
import type { VectorRows } from "../regions/mod.ts";
import { BLOCK } from "../regions/vector_rows.ts";

const NAME = "vectors";

/** Bytes of a file's first vectors that are kept in memory once they are read: k-means passes over them again and again. */
export const HELD = 256 * 2 ** 20;

/**
 * Writes `vectors` [count, width].
 *
 * @param batches rows in order, as many to a batch as there are
 */
export async function writeVectors(
  path: string,
  count: number,
  width: number,
  batches: AsyncIterable<Float32Array>,
): Promise<void> {
  await using file = await Deno.open(path, { write: true, createNew: true });
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  };
  await write(encodeStart([{ name: NAME, shape: [count, width], dtype: "F32" }]));
  for await (const { buffer, byteOffset, byteLength } of batches) {
    await write(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** Vectors in an open file. */
export interface VectorsFile extends VectorRows {
  /** Closes it; what was read stays. */
  close(): void;
}

/**
 * Opens what {@linkcode writeVectors} wrote; vectors are read when they are asked for.
 *
 * @param held bytes that may be kept in memory
 * @param block rows to read at a time
 * @throws {WeightsError} for a file of anything else.
 */
export async function openVectors(
  path: string,
  count: number,
  width: number,
  held = HELD,
  block = BLOCK,
): Promise<VectorsFile> {
  const file = await SafetensorsFile.open(path);
  const entry = file.entries.find(({ name }) => name === NAME);
  if (entry === undefined || entry.shape.join() !== `${count},${width}`) {
    file.close();
    const found = file.entries.map(({ name, shape }) => `${name} [${shape}]`).join(", ") || "nothing";
    throw new WeightsError(`Cannot read vectors ${path}: it holds ${found}, wanted ${NAME} [${count},${width}]`);
  }
  const rows = (from: number, to: number) => file.read(entry, from * width, (to - from) * width);
  const near = Math.min(count, Math.floor(held / (4 * width)));
  let first: Promise<Float32Array> | undefined;
  return {
    count,
    width,
    block,
    async read(from, to) {
      if (to > near) return await rows(from, to);
      return (await (first ??= rows(0, near))).subarray(from * width, to * width);
    },
    close: () => file.close(),
  };
}
