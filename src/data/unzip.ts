/**
 * Unpacks chosen files of a zip archive.
 * @module
 */
import { crc32 } from "node:zlib";
import { Inflate } from "fflate";
import type { ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";
import { readAt, readZipDirectory, type ZipEntry } from "./zip_directory.ts";

const CHUNK = 1 << 18;
const LOCAL_SIZE = 30;
const LOCAL_MARK = 0x04034b50;

/**
 * Unpacks members of an archive into the given paths, as streams, and checks their CRC-32. The table of contents is checked as a whole
 * first ({@linkcode readZipDirectory}); nothing is ever written but to the paths given here, whatever the archive's names.
 *
 * @param members Name inside the archive -> path to write. A file there is replaced once the new one is whole.
 * @throws {DataError} when the archive is unsafe, damaged, or lacks a member.
 */
export async function unzip(
  archive: string,
  members: ReadonlyMap<string, string>,
  onProgress?: ReadProgress,
): Promise<void> {
  using file = await Deno.open(archive);
  const entries = await readZipDirectory(file, archive);
  const chosen = [...members].map(([name, path]) => {
    const entry = entries.find((one) => one.name === name);
    if (entry !== undefined) return { entry, path };
    const names = entries.slice(0, 20).map((one) => one.name).join(", ");
    throw new DataError(`Cannot unpack ${archive}: it has no ${name}; it holds ${names}`, { file: archive });
  });
  const total = chosen.reduce((sum, { entry }) => sum + entry.packed, 0);
  let done = 0;
  for (const { entry, path } of chosen) {
    const part = `${path}.part`;
    try {
      await unpackEntry(file, archive, entry, part, (bytes) => onProgress?.(done += bytes, total));
      await Deno.rename(part, path);
    } catch (error) {
      await Deno.remove(part).catch(() => undefined);
      throw error;
    }
  }
}

async function unpackEntry(
  file: Deno.FsFile,
  archive: string,
  entry: ZipEntry,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const damaged = (why: string, cause?: unknown) => {
    return new DataError(`Cannot unpack ${entry.name} from ${archive}: ${why}`, { file: archive, cause });
  };
  const head = await readAt(file, entry.offset, LOCAL_SIZE);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL_MARK) throw damaged("its header is damaged");
  const start = entry.offset + LOCAL_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
  using out = await Deno.open(path, { write: true, create: true, truncate: true });
  let sum = 0;
  let written = 0;
  const write = (bytes: Uint8Array) => {
    written += bytes.length;
    // The size in the table of contents has been checked; what streams out is held to it.
    if (written > entry.unpacked) throw damaged(`it unpacks to more than the ${entry.unpacked} bytes it declares`);
    sum = crc32(bytes, sum);
    for (let done = 0; done < bytes.length;) done += out.writeSync(bytes.subarray(done));
  };
  const inflate = entry.method === 8 ? new Inflate(write) : undefined;
  for (let at = 0; at < entry.packed; at += CHUNK) {
    const bytes = await readAt(file, start + at, Math.min(CHUNK, entry.packed - at));
    if (bytes.length === 0) throw damaged("the archive is cut off");
    try {
      if (inflate === undefined) write(bytes);
      else inflate.push(bytes, at + CHUNK >= entry.packed);
    } catch (cause) {
      throw cause instanceof DataError ? cause : damaged(cause instanceof Error ? cause.message : String(cause), cause);
    }
    onBytes(bytes.length);
  }
  if (written !== entry.unpacked || (sum >>> 0) !== entry.crc32) throw damaged("its checksum (CRC-32) is wrong");
}
