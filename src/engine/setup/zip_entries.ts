/**
 * Takes chosen files out of a ZIP archive without holding the archive or a file in memory: a wheel is 270 MB and its
 * main library 750 MB.
 * @module
 */
import { EngineError } from "../errors.ts";

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly packedSize: number;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER_BYTES = 30;

/** Reads `length` bytes at `offset`. */
async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await file.seek(offset, Deno.SeekMode.Start);
  for (let filled = 0; filled < length;) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) throw new EngineError(`Cannot read archive: it ends before byte ${offset + length}`);
    filled += count;
  }
  return bytes;
}

/** Reads an archive's directory. */
async function readDirectory(file: Deno.FsFile, path: string): Promise<ZipEntry[]> {
  const { size } = await file.stat();
  // The end record is 22 bytes and a comment of up to 65,535.
  const tailStart = Math.max(0, size - 65_557);
  const tail = new DataView((await readAt(file, tailStart, size - tailStart)).buffer);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new EngineError(`Cannot read archive ${path}: no ZIP directory found`);
  const count = tail.getUint16(end + 10, true);
  const bytes = await readAt(file, tail.getUint32(end + 16, true), tail.getUint32(end + 12, true));
  const view = new DataView(bytes.buffer);
  const entries: ZipEntry[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    // A damaged count of entries leads past the end, a damaged length into the middle of an entry.
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
      throw new EngineError(`Cannot read archive ${path}: its directory is damaged`);
    }
    const nameLength = view.getUint16(at + 28, true);
    entries.push({
      method: view.getUint16(at + 10, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * Unpacks the files for which `wanted` holds into `folder`, keeping their paths inside the archive.
 *
 * @returns How many files were written.
 * @throws {EngineError} when the archive is damaged, or a wanted path would leave the folder.
 */
export async function unpack(path: string, folder: string, wanted: (name: string) => boolean): Promise<number> {
  using file = await Deno.open(path);
  let written = 0;
  for (const entry of await readDirectory(file, path)) {
    if (entry.name.endsWith("/") || !wanted(entry.name)) continue;
    if (entry.name.startsWith("/") || entry.name.split("/").includes("..")) {
      throw new EngineError(`Cannot unpack ${path}: "${entry.name}" would leave the folder`);
    }
    const target = `${folder}/${entry.name}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await unpackEntry(file, entry, target);
    written++;
  }
  return written;
}

async function unpackEntry(file: Deno.FsFile, entry: ZipEntry, target: string): Promise<void> {
  const header = new DataView((await readAt(file, entry.offset, LOCAL_HEADER_BYTES)).buffer);
  let position = entry.offset + LOCAL_HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const end = position + entry.packedSize;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (position >= end) return controller.close();
      const bytes = await readAt(file, position, Math.min(1 << 20, end - position));
      position += bytes.length;
      controller.enqueue(bytes);
    },
  });
  const output = await Deno.open(target, { write: true, create: true, truncate: true });
  const bytes = entry.method === 0 ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw"));
  try {
    await bytes.pipeTo(output.writable);
  } catch (error) {
    // What a decompression stream throws at bytes that are not deflated.
    if (!(error instanceof TypeError)) throw error;
    throw new EngineError(`Cannot unpack "${entry.name}": its bytes are damaged`, { cause: error });
  }
  const { size } = await Deno.stat(target);
  if (size !== entry.size) {
    throw new EngineError(`Cannot unpack "${entry.name}": ${size} bytes came out, ${entry.size} were promised`);
  }
}
