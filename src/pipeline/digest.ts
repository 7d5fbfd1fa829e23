/**
 * Digests.
 * @module
 */
import { createHash } from "node:crypto";
import { isNoFile } from "../files.ts";

/** SHA-256 in hex. */
export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Bytes of a file that are read at once: it may be larger than what memory there is. */
const BLOCK = 4_000_000;

/** Size and SHA-256 of a file; undefined when there is none, be it that something else lies in its place. */
export async function fileDigest(
  path: string,
): Promise<{ readonly bytes: number; readonly sha256: string } | undefined> {
  try {
    using file = await Deno.open(path);
    const hash = createHash("sha256");
    const block = new Uint8Array(BLOCK);
    let bytes = 0;
    for (let read = await file.read(block); read !== null; read = await file.read(block)) {
      hash.update(block.subarray(0, read));
      bytes += read;
    }
    return { bytes, sha256: hash.digest("hex") };
  } catch (error) {
    if (isNoFile(error)) return undefined;
    throw error;
  }
}
