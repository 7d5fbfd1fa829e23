/**
 * Holds the files of a data set to their checksums.
 * @module
 */
import { dirname, join } from "node:path";
import { difference, type FileSums, fileSums } from "./checksum.ts";
import type { DescribedFile, Descriptor } from "./descriptors.ts";
import { DataError } from "./errors.ts";
import { findFile } from "./locate.ts";

/** Sums of fetched files, kept beside them so that damage shows later even where the publisher gives no checksum. */
export const SUMS = "checksums.json";

/** One file of a data set, held to what is known of it. */
export interface VerifiedFile {
  /** E.g. "movielens-100k/u.data". */
  readonly name: string;
  /** "unknown": it is there, but nothing is known to hold it to. */
  readonly state: "right" | "wrong" | "missing" | "unknown";
  /** Its SHA-256, or what is wrong with it. */
  readonly detail: string;
}

/**
 * Holds a data set's files to the descriptor's checksums and to those kept when they were fetched. A packed file's contents count.
 *
 * @param folders Looked in for DIR/id/file, in this order.
 */
export async function verifyDataset(descriptor: Descriptor, folders: readonly string[]): Promise<VerifiedFile[]> {
  const homes = folders.map((folder) => join(folder, descriptor.id));
  return await Promise.all(descriptor.files.map((file) => verifyFile(descriptor.id, file, homes)));
}

async function verifyFile(id: string, file: DescribedFile, homes: readonly string[]): Promise<VerifiedFile> {
  const { path } = await findFile(homes.map((home) => join(home, file.name)));
  if (path === undefined) return { name: `${id}/${file.name}`, state: "missing", detail: `not in ${homes.join(", ")}` };
  const name = path.endsWith(".gz") ? `${id}/${file.name}.gz` : `${id}/${file.name}`;
  const found = await fileSums(path).catch(damage);
  if (found instanceof DataError) return { name, state: "wrong", detail: found.message };
  const known = (await keptSums(dirname(path)))[file.name];
  const wrong = difference(found, file) ?? (known && difference(found, known));
  if (wrong !== undefined) return { name, state: "wrong", detail: wrong };
  const sure = known !== undefined || file.sha256 !== undefined || file.md5 !== undefined;
  return { name, state: sure ? "right" : "unknown", detail: `sha256 ${found.sha256}` };
}

/** A packed file that cannot be unpacked is a wrong one; what the system refuses is not. */
function damage(error: unknown): DataError {
  if (error instanceof DataError) return error;
  throw error;
}

async function keptSums(home: string): Promise<Readonly<Record<string, FileSums>>> {
  try {
    const sums: unknown = JSON.parse(await Deno.readTextFile(join(home, SUMS)));
    if (typeof sums === "object" && sums !== null) return sums as Readonly<Record<string, FileSums>>;
    throw new SyntaxError("it is not a JSON object");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new DataError(`Cannot read ${join(home, SUMS)}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
