/**
 * Reading a whole file whose size somebody else has chosen.
 * @module
 */
import { WeightsError } from "./weights_error.ts";

const START = 8;

/**
 * The bytes of a file of at most `most` bytes.
 *
 * @param check Told the first eight bytes, fewer where there are none, and the size; may throw before the rest is read.
 * @throws {WeightsError} when it is larger, or no file but a pipe or a device.
 */
export async function readBounded(
  path: string,
  most: number,
  check: (start: Uint8Array, size: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { isFile, size } = await Deno.stat(path);
  // A pipe, or a device, may never end.
  if (!isFile) throw new WeightsError(`Cannot read ${path}: it is no file`);
  if (size > most) throw new WeightsError(`Cannot read ${path}: it has ${size} bytes, wanted at most ${most}`);
  using file = await Deno.open(path);
  const start = await readFrom(file, new Uint8Array(Math.min(START, size)), 0);
  check(start, size);
  const bytes = new Uint8Array(size);
  bytes.set(start);
  return await readFrom(file, bytes, start.length);
}

/** Fills the rest of `bytes`; what there is of it where the file has been cut meanwhile. */
async function readFrom(
  file: Deno.FsFile,
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let filled = from;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
