/**
 * Holding files to their checksums.
 * @module
 */
import { createHash } from "node:crypto";
import type { Checksums } from "./descriptors.ts";
import { DataError } from "./errors.ts";
import { gunzip } from "./gunzip.ts";
import { mustBeFile } from "./regular_file.ts";

/** Size and sums of a file on disk. */
export interface FileSums {
  readonly bytes: number;
  readonly md5: string;
  readonly sha256: string;
}

/**
 * Reads a file once for its size, MD5 (what publishers give) and SHA-256: those of its contents, if its name ends in .gz.
 * @throws {DataError} when it ends in .gz and cannot be unpacked.
 */
export async function fileSums(path: string): Promise<FileSums> {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  let bytes = 0;
  const file = await Deno.open(path);
  const content = path.endsWith(".gz") ? gunzip(file.readable) : file.readable;
  try {
    for await (const chunk of content) {
      md5.update(chunk);
      sha256.update(chunk);
      bytes += chunk.length;
    }
  } catch (cause) {
    // What a decompression stream throws at bytes that are not deflated.
    if (!(cause instanceof TypeError)) throw cause;
    throw new DataError(`Cannot unpack ${path}: ${cause.message}; the gzip file is damaged or cut off, get it again`, {
      file: path,
      cause,
    });
  }
  return { bytes, md5: md5.digest("hex"), sha256: sha256.digest("hex") };
}

/**
 * Size and SHA-256 of a file as it lies on disk, packed or not: what reading it says of it too.
 * @throws {DataError} when it cannot be read.
 */
export async function diskSum(path: string): Promise<Pick<FileSums, "bytes" | "sha256">> {
  const sha256 = createHash("sha256");
  let bytes = 0;
  await mustBeFile(path);
  try {
    using file = await Deno.open(path);
    const chunk = new Uint8Array(1 << 20);
    for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
      sha256.update(chunk.subarray(0, read));
      bytes += read;
    }
  } catch (cause) {
    throw new DataError(`Cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      file: path,
      cause,
    });
  }
  return { bytes, sha256: sha256.digest("hex") };
}

/** What differs between a file and what is known of it, in words; undefined when nothing does. */
export function difference(found: FileSums, known: Checksums): string | undefined {
  for (const field of ["bytes", "sha256", "md5"] as const) {
    const wanted = known[field];
    if (wanted === undefined || wanted === found[field]) continue;
    return field === "bytes"
      ? `it has ${found.bytes} bytes, wanted ${wanted}`
      : `its ${field} is ${found[field]}, wanted ${wanted}`;
  }
  return undefined;
}

/**
 * Holds a file to what is known of it.
 * @throws {DataError} when it differs.
 */
export async function checkFile(path: string, name: string, known: Checksums): Promise<FileSums> {
  const found = await fileSums(path);
  const wrong = difference(found, known);
  if (wrong !== undefined) throw new DataError(`${name} is not the file it should be: ${wrong}`, { file: path });
  return found;
}
