/**
 * A zip archive's table of contents, held to what an archive may safely contain.
 * @module
 */
import { ArchiveError } from "./archive_error.ts";
import { clashOf, unsafeName } from "./entry_names.ts";
import { ARCHIVE_LIMITS, type ArchiveLimits } from "./limits.ts";
import { readAt } from "./read_at.ts";

/** One entry of a zip archive. */
export interface ZipEntry {
  /** A plain path; a folder's ends in a slash. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes when unpacked. */
  readonly unpacked: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Where in the archive something else begins: its bytes end before. */
  readonly border: number;
}

const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const ENTRY_SIZE = 46;
/** Of a header before an entry's bytes, its name left out. */
export const LOCAL_SIZE = 30;
/** What a zip64 archive writes where a number does not fit. */
export const ZIP64 = 0xffffffff;
/** Encrypted, strongly encrypted, its header hidden. */
export const ENCRYPTED = 0x2041;
const DIRECTORY_LIMIT = 16 << 20;

/**
 * Reads the entries of an archive and refuses the whole of it when one is unsafe: a name that leaves the folder (absolute, a drive, `..`,
 * backslash) or stands for two files, a link or a device, an encrypted one, one that shares bytes with another, or one over the limits.
 *
 * @throws {ArchiveError} naming the entry and why.
 */
export async function readZipDirectory(
  file: Deno.FsFile,
  archive: string,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ZipEntry[]> {
  const size = (await file.stat()).size;
  const { count, start, length } = await findDirectory(file, archive, size);
  if (count > limits.entries) {
    throw new ArchiveError(archive, `it has ${count} entries, wanted at most ${limits.entries}`);
  }
  const entries = parseEntries(await readAt(file, start, length), archive, count, limits);
  const clash = clashOf(entries.map(({ name }) => name));
  if (clash !== undefined) throw new ArchiveError(archive, clash.why, clash.name);
  const total = entries.reduce((sum, { unpacked }) => sum + unpacked, 0);
  const why = tooLarge(size, total, limits.totalBytes, limits);
  if (why !== undefined) throw new ArchiveError(archive, `it ${why}`);
  return withBorders(entries, archive, start);
}

/** Where the table of contents lies, by the end record: the one whose comment ends where the file does. */
async function findDirectory(
  file: Deno.FsFile,
  archive: string,
  size: number,
): Promise<{ count: number; start: number; length: number }> {
  const from = Math.max(0, size - END_SIZE - LONGEST_COMMENT);
  const tail = await readAt(file, from, size - from);
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    const end = new DataView(tail.buffer, tail.byteOffset + at, END_SIZE);
    if (end.getUint32(0, true) !== END_MARK || at + END_SIZE + end.getUint16(20, true) !== tail.length) continue;
    const count = end.getUint16(10, true);
    const length = end.getUint32(12, true);
    const start = end.getUint32(16, true);
    if (count === 0xffff || length === ZIP64 || start === ZIP64) {
      throw new ArchiveError(archive, "it is a zip64 archive, wanted one below 4 GB and 65,535 entries");
    }
    if (end.getUint32(4, true) !== 0 || end.getUint16(8, true) !== count) {
      throw new ArchiveError(archive, "it is one of several parts, wanted a whole archive");
    }
    if (length > DIRECTORY_LIMIT || start + length > from + at) throw new ArchiveError(archive, DAMAGED);
    return { count, start, length };
  }
  throw new ArchiveError(archive, "it is no zip archive, or it is cut off");
}

const DAMAGED = "its table of contents is damaged";

function parseEntries(bytes: Uint8Array, archive: string, count: number, limits: ArchiveLimits): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_SIZE > bytes.length) throw new ArchiveError(archive, DAMAGED);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, ENTRY_SIZE);
    const nameEnd = at + ENTRY_SIZE + view.getUint16(28, true);
    const next = nameEnd + view.getUint16(30, true) + view.getUint16(32, true);
    if (view.getUint32(0, true) !== ENTRY_MARK || next > bytes.length) throw new ArchiveError(archive, DAMAGED);
    const entry: ZipEntry = {
      name: decodeName(bytes.subarray(at + ENTRY_SIZE, nameEnd)),
      method: view.getUint16(10, true),
      crc32: view.getUint32(16, true),
      packed: view.getUint32(20, true),
      unpacked: view.getUint32(24, true),
      offset: view.getUint32(42, true),
      border: 0,
    };
    const why = unsafe(entry, view.getUint16(8, true), view.getUint32(38, true) >>> 16, limits);
    if (why !== undefined) throw new ArchiveError(archive, why, entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== bytes.length) throw new ArchiveError(archive, DAMAGED);
  return entries;
}

/** Why an entry must not be unpacked. `mode` is its Unix file mode, 0 where the archive was made elsewhere. */
function unsafe(entry: ZipEntry, flags: number, mode: number, limits: ArchiveLimits): string | undefined {
  const { name, method, packed, unpacked, offset } = entry;
  const why = unsafeName(name);
  if (why !== undefined) return why;
  const kind = mode & 0o170000;
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) return "is a link or a device, not a file";
  if ((flags & ENCRYPTED) !== 0) return "is encrypted";
  if (packed === ZIP64 || unpacked === ZIP64 || offset === ZIP64) return "needs zip64, wanted a file below 4 GB";
  if (method !== 0 && method !== 8) return `is packed by method ${method}, wanted 0 (stored) or 8 (deflated)`;
  if (method === 0 && packed !== unpacked) return `is stored in ${packed} bytes and declares ${unpacked}`;
  if (name.endsWith("/") && unpacked > 0) return `is a folder and holds ${unpacked} bytes`;
  return tooLarge(packed, unpacked, limits.entryBytes, limits);
}

function tooLarge(packed: number, unpacked: number, most: number, limits: ArchiveLimits): string | undefined {
  if (unpacked > most) return `unpacks to ${unpacked} bytes, wanted at most ${most}`;
  if (unpacked <= limits.ratioFrom || unpacked <= packed * limits.ratio) return undefined;
  return `unpacks to ${Math.round(unpacked / packed)} times its size, wanted at most ${limits.ratio} times`;
}

/** Lets every entry end where the next one, or the table of contents, begins: entries that share bytes unpack to more than there is. */
function withBorders(entries: readonly ZipEntry[], archive: string, directory: number): ZipEntry[] {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  const borders = new Map<ZipEntry, number>();
  sorted.forEach((entry, place) => {
    const border = sorted[place + 1]?.offset ?? directory;
    if (entry.offset + LOCAL_SIZE + entry.packed > border) {
      throw new ArchiveError(archive, "shares bytes with another entry or with the table of contents", entry.name);
    }
    borders.set(entry, border);
  });
  return entries.map((entry) => ({ ...entry, border: borders.get(entry)! }));
}

/** Names are UTF-8, or bytes of some older code page, of which each becomes a letter of its own. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return String.fromCharCode(...bytes);
    throw error;
  }
}
