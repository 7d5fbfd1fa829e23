/**
 * Unpacks chosen files of a zip archive.
 * @module
 */
import { dirname, join } from "node:path";
import { entryBytes } from "./entry_bytes.ts";
import { ARCHIVE_LIMITS, type ArchiveLimits } from "./limits.ts";
import { readZipDirectory, type ZipEntry } from "./zip_directory.ts";

/** How to unpack. */
export interface UnpackOptions {
  /** Left out: {@linkcode ARCHIVE_LIMITS}. */
  readonly limits?: ArchiveLimits;
  /** Told of the packed bytes done and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Unpacks files of an archive into `folder`, as streams: neither the archive nor a file is held in memory. The table of contents is checked as
 * a whole first ({@linkcode readZipDirectory}). Files are written to a folder of their own inside `folder` under numbers, and moved to their
 * places once all of them are whole and right: of an archive that is refused nothing is left.
 *
 * @param folder Is there, and holds nothing that an archive has put there unchecked.
 * @param choose The entries wanted and their paths below `folder`.
 * @throws {ArchiveError} when the archive is unsafe or damaged; and whatever `choose` throws, before anything is written.
 */
export async function unpack(
  archive: string,
  folder: string,
  choose: (entries: readonly ZipEntry[]) => ReadonlyMap<ZipEntry, string>,
  { limits = ARCHIVE_LIMITS, onProgress }: UnpackOptions = {},
): Promise<void> {
  using file = await Deno.open(archive);
  const chosen = [...choose(await readZipDirectory(file, archive, limits))];
  const total = chosen.reduce((sum, [{ packed }]) => sum + packed, 0);
  let done = 0;
  const aside = await Deno.makeTempDir({ dir: folder, prefix: ".unpacking-" });
  try {
    for (const [index, [entry]] of chosen.entries()) {
      using out = await Deno.open(join(aside, String(index)), { write: true, createNew: true });
      for await (const bytes of entryBytes(file, archive, entry, (more) => onProgress?.(done += more, total))) {
        for (let written = 0; written < bytes.length;) written += await out.write(bytes.subarray(written));
      }
    }
    for (const [index, [, path]] of chosen.entries()) {
      const target = join(folder, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.rename(join(aside, String(index)), target);
    }
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}
