/**
 * Unpacks a data set's archive.
 * @module
 */
import { ArchiveError } from "../archive/archive_error.ts";
import { unpack } from "../archive/unpack.ts";
import type { ZipEntry } from "../archive/zip_directory.ts";
import type { ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";

/**
 * Unpacks members of a zip archive into a folder ({@linkcode unpack}). Nothing is ever written but the names given here, whatever the archive's
 * own are.
 *
 * @param members Name inside the archive -> name in the folder. A file there is replaced once all of them are whole.
 * @throws {DataError} when the archive is unsafe, damaged, or lacks a member.
 */
export async function unzip(
  archive: string,
  folder: string,
  members: ReadonlyMap<string, string>,
  onProgress?: ReadProgress,
): Promise<void> {
  const choose = (entries: readonly ZipEntry[]) =>
    new Map([...members].map(([member, name]) => {
      const entry = entries.find((one) => one.name === member);
      if (entry !== undefined) return [entry, name];
      const names = entries.slice(0, 20).map((one) => one.name).join(", ");
      throw new DataError(`Cannot unpack ${archive}: it has no ${member}; it holds ${names}`, { file: archive });
    }));
  try {
    await unpack(archive, folder, choose, onProgress && { onProgress });
  } catch (cause) {
    if (!(cause instanceof ArchiveError)) throw cause;
    throw new DataError(cause.message, { file: archive, cause });
  }
}
