/**
 * A zip archive's table of contents, held to what a data set's archive may contain.
 * @module
 */
import { DataError } from "./errors.ts";

/** One entry of a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const ENTRY_SIZE = 46;
const DIRECTORY_LIMIT = 16 << 20;
/** A data set unpacks to less than this, */
const UNPACKED_LIMIT = 64e9;
/** and text to no more than this many times its packed size (deflate's own limit is near 1,030). */
const RATIO_LIMIT = 200;

/**
 * Reads the entries of an archive and refuses the whole of it when one is unsafe: a name that leaves the folder (absolute, a drive, `..`,
 * backslash), a link or a device, an encrypted one, or one that unpacks to an absurd size.
 *
 * @throws {DataError} naming the entry and why.
 */
export async function readZipDirectory(file: Deno.FsFile, path: string): Promise<ZipEntry[]> {
  const refuse = (why: string): never => {
    throw new DataError(`Cannot unpack ${path}: ${why}`, { file: path });
  };
  const size = (await file.stat()).size;
  const tail = await readAt(
    file,
    Math.max(0, size - END_SIZE - LONGEST_COMMENT),
    Math.min(size, END_SIZE + LONGEST_COMMENT),
  );
  const end = findEnd(tail);
  if (end === undefined) return refuse("it is no zip archive, or it is cut off");
  const count = end.getUint16(10, true);
  const length = end.getUint32(12, true);
  const start = end.getUint32(16, true);
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff) {
    return refuse("zip64 archives are not supported");
  }
  if (length > DIRECTORY_LIMIT || start + length > size) return refuse("its table of contents is damaged");
  const bytes = await readAt(file, start, length);
  const entries: ZipEntry[] = [];
  let at = 0;
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_SIZE > bytes.length) return refuse("its table of contents is damaged");
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, ENTRY_SIZE);
    if (view.getUint32(0, true) !== ENTRY_MARK) return refuse("its table of contents is damaged");
    const nameLength = view.getUint16(28, true);
    const entry: ZipEntry = {
      name: new TextDecoder().decode(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength)),
      method: view.getUint16(10, true),
      crc32: view.getUint32(16, true),
      packed: view.getUint32(20, true),
      unpacked: view.getUint32(24, true),
      offset: view.getUint32(42, true),
    };
    const why = unsafe(entry, view.getUint16(8, true), view.getUint32(38, true) >>> 16);
    if (why !== undefined) return refuse(`${JSON.stringify(entry.name)} ${why}`);
    if (entry.offset + entry.packed > start) return refuse(`${JSON.stringify(entry.name)} lies outside the archive`);
    total += entry.unpacked;
    if (total > UNPACKED_LIMIT) return refuse(`it unpacks to more than ${UNPACKED_LIMIT / 1e9} GB`);
    entries.push(entry);
    at += ENTRY_SIZE + nameLength + view.getUint16(30, true) + view.getUint16(32, true);
  }
  return entries;
}

/** Why an entry must not be unpacked. `mode` is its Unix file mode, 0 where the archive was made elsewhere. */
function unsafe({ name, method, packed, unpacked }: ZipEntry, flags: number, mode: number): string | undefined {
  if (name === "" || [...name].some((letter) => letter < " " || letter === "\\" || letter === ":")) {
    return "has a name that is no plain path";
  }
  if (name.startsWith("/") || name.split("/").includes("..")) return "leaves the folder";
  const kind = mode & 0o170000;
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) return "is a link or a device, not a file";
  if ((flags & 1) !== 0) return "is encrypted";
  if (packed === 0xffffffff || unpacked === 0xffffffff) return "needs zip64, which is not supported";
  if (method !== 0 && method !== 8) return `is packed by method ${method}, wanted stored or deflate`;
  if (unpacked > 1 << 20 && unpacked > packed * RATIO_LIMIT) {
    return `unpacks to ${Math.round(unpacked / packed)} times its size`;
  }
  return undefined;
}

/** The end record: the last one whose comment ends where the file does. */
function findEnd(tail: Uint8Array): DataView | undefined {
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    const view = new DataView(tail.buffer, tail.byteOffset + at, END_SIZE);
    if (view.getUint32(0, true) === END_MARK && at + END_SIZE + view.getUint16(20, true) === tail.length) return view;
  }
  return undefined;
}

/** `length` bytes from `offset`, fewer at the end of the file. */
export async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let read: number | null = 1; read !== null && at < length; at += read ?? 0) {
    read = await file.read(bytes.subarray(at));
  }
  return bytes.subarray(0, at);
}
