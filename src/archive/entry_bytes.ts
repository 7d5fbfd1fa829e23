/**
 * The bytes of one entry of a zip archive.
 * @module
 */
import { crc32 } from "node:zlib";
import { ArchiveError } from "./archive_error.ts";
import { readAt } from "./read_at.ts";
import { decodeName, ENCRYPTED, LOCAL_SIZE, ZIP64, type ZipEntry } from "./zip_directory.ts";

/** Read at a time: deflate's highest ratio makes 66 MB of it, the most that is ever held. */
const CHUNK = 1 << 16;
const LOCAL_MARK = 0x04034b50;
/** Sizes and CRC-32 follow the bytes, and may be 0 in the local header. */
const SIZES_FOLLOW = 8;

/**
 * Streams an entry unpacked. Bytes given out are the right ones only once the stream has ended: its length and its CRC-32 are known then.
 *
 * @param onPacked Told of every piece read, in bytes.
 * @throws {ArchiveError} when the entry is damaged or cut off, as soon as it unpacks to more than it declares, or when its local header says
 * other than the table of contents.
 */
export async function* entryBytes(
  file: Deno.FsFile,
  archive: string,
  entry: ZipEntry,
  onPacked: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const start = await checkedStart(file, archive, entry);
  const packed = packedBytes(file, archive, entry, start, onPacked);
  let sum = 0;
  let done = 0;
  for await (const bytes of entry.method === 0 ? packed : inflated(packed, archive, entry)) {
    done += bytes.length;
    if (done > entry.unpacked) {
      throw new ArchiveError(archive, `unpacks to more than the ${entry.unpacked} bytes it declares`, entry.name);
    }
    sum = crc32(bytes, sum);
    yield bytes;
  }
  if (done < entry.unpacked) {
    throw new ArchiveError(archive, `unpacks to ${done} bytes and declares ${entry.unpacked}`, entry.name);
  }
  if (sum !== entry.crc32) {
    throw new ArchiveError(
      archive,
      `has the CRC-32 ${hex(sum)}, wanted ${hex(entry.crc32)}: it is damaged`,
      entry.name,
    );
  }
}

/** Where the bytes begin, once the header before them has been held to the table of contents. */
async function checkedStart(file: Deno.FsFile, archive: string, entry: ZipEntry): Promise<number> {
  const refuse = (why: string) => new ArchiveError(archive, why, entry.name);
  const head = await readAt(file, entry.offset, LOCAL_SIZE);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL_MARK) throw refuse("has a damaged header");
  const nameLength = view.getUint16(26, true);
  const start = entry.offset + LOCAL_SIZE + nameLength + view.getUint16(28, true);
  const name = decodeName(await readAt(file, entry.offset + LOCAL_SIZE, nameLength));
  if (name !== entry.name) throw refuse(`is called ${JSON.stringify(name.slice(0, 200))} in its header`);
  const flags = view.getUint16(6, true);
  if ((flags & ENCRYPTED) !== 0) throw refuse("is encrypted");
  const declared = [["method", view.getUint16(8, true), entry.method, false]] as [string, number, number, boolean][];
  const open = (flags & SIZES_FOLLOW) !== 0;
  declared.push(["CRC-32", view.getUint32(14, true), entry.crc32, open]);
  declared.push(["packed size", view.getUint32(18, true), entry.packed, open]);
  declared.push(["size", view.getUint32(22, true), entry.unpacked, open]);
  for (const [what, found, wanted, mayBeZero] of declared) {
    if (found === wanted || (mayBeZero && found === 0)) continue;
    if (found === ZIP64) throw refuse("needs zip64, wanted a file below 4 GB");
    throw refuse(`has the ${what} ${found} in its header and ${wanted} in the table of contents`);
  }
  if (start + entry.packed > entry.border) throw refuse("shares bytes with what follows it");
  return start;
}

async function* packedBytes(
  file: Deno.FsFile,
  archive: string,
  entry: ZipEntry,
  start: number,
  onPacked: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < entry.packed;) {
    const bytes = await readAt(file, start + at, Math.min(CHUNK, entry.packed - at));
    if (bytes.length === 0) throw new ArchiveError(archive, "is cut off", entry.name);
    at += bytes.length;
    onPacked(bytes.length);
    yield bytes;
  }
}

async function* inflated(
  packed: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  archive: string,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array> {
  try {
    yield* ReadableStream.from(packed).pipeThrough(new DecompressionStream("deflate-raw"));
  } catch (cause) {
    // What a decompression stream throws at bytes that are not deflated.
    if (!(cause instanceof TypeError)) throw cause;
    throw new ArchiveError(archive, "is damaged: its bytes do not inflate", entry.name, cause);
  }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, "0");
