/**
 * Goes through a file line by line without making strings.
 * @module
 */
import { ByteSource, type FileDigest, type ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";
import { otherThanText } from "./text_kind.ts";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
/** UTF-8's byte-order mark. */
const MARK = [0xef, 0xbb, 0xbf];
const BUFFER = 4 << 20;
/** A longer line is no line of a table of interactions: a binary file, or a quote that never closes. */
const LONGEST_LINE = 64 << 20;

/**
 * Handles one line: the bytes `[start, end)` without the line's end (LF or CRLF). The buffer is reused, so nothing of it may be kept.
 * Bytes inside the line may be overwritten.
 */
export type LineHandler = (bytes: Uint8Array, start: number, end: number, line: number) => void;

/** How lines are told apart. */
export interface ScanOptions {
  /** A line break inside double quotes belongs to the line (CSV). */
  readonly quoted?: boolean;
  /** Name in the digest and in errors; the path if left out. */
  readonly name?: string;
  readonly onProgress?: ReadProgress;
}

/** What was gone through. */
export interface ScannedFile {
  readonly file: FileDigest;
  /** The last line has no line end, as in a file that was cut off. */
  readonly openEnd: boolean;
}

/**
 * Calls `handle` for every line that is not empty. Lines are numbered from 1; a quoted record of several lines has its first line's
 * number. A byte-order mark at the start is skipped.
 *
 * @throws {DataError} when the file cannot be read, is no text, changes meanwhile, or has a line that never ends; and whatever `handle`
 * throws.
 */
export async function scanLines(path: string, handle: LineHandler, options: ScanOptions = {}): Promise<ScannedFile> {
  const name = options.name ?? path;
  const quoted = options.quoted ?? false;
  const source = await ByteSource.open(path, options.onProgress);
  try {
    let buffer = new Uint8Array(BUFFER);
    let held = 0;
    let line = 1;
    for (let atStart = true;; atStart = false) {
      if (held === buffer.length) buffer = longer(buffer, name, line);
      const filled = await fill(source, buffer, held);
      if (atStart) mustBeText(buffer.subarray(0, filled), name);
      const start = atStart && hasMark(buffer, filled) ? MARK.length : 0;
      const done = scanBuffer(buffer, start, filled, line, handle, quoted);
      line = done.line;
      held = filled - done.at;
      if (filled < buffer.length) {
        if (held > 0) lastLine(buffer, done.at, filled, line, handle, quoted, name);
        return { file: await source.digest(name), openEnd: held > 0 };
      }
      buffer.copyWithin(0, done.at, filled);
    }
  } finally {
    await source.close();
  }
}

/** Fills the buffer behind what it holds; less than its length only at the file's end. A line is scanned once per buffer, not per read. */
async function fill(source: ByteSource, buffer: Uint8Array, held: number): Promise<number> {
  for (let filled = held;;) {
    const read = filled < buffer.length ? await source.read(buffer.subarray(filled)) : 0;
    if (read === 0) return filled;
    filled += read;
  }
}

function mustBeText(bytes: Uint8Array, name: string): void {
  const kind = otherThanText(bytes);
  if (kind === undefined) return;
  throw new DataError(`Cannot read ${name}: it is ${kind}`, { file: name });
}

/** Handles the whole lines of the buffer; returns where the unfinished one begins and its number. */
function scanBuffer(
  bytes: Uint8Array,
  from: number,
  filled: number,
  line: number,
  handle: LineHandler,
  quoted: boolean,
): { at: number; line: number } {
  let at = from;
  const limit = bytes.subarray(0, filled);
  for (;;) {
    let end = limit.indexOf(NEWLINE, at);
    let lines = 1;
    if (quoted) {
      for (let open = isOpen(bytes, at, end); end >= 0 && open;) {
        const next = limit.indexOf(NEWLINE, end + 1);
        open = isOpen(bytes, end + 1, next) === false;
        end = next;
        lines++;
      }
    }
    if (end < 0) return { at, line };
    const stop = end > at && bytes[end - 1] === RETURN ? end - 1 : end;
    if (stop > at) handle(bytes, at, stop, line);
    line += lines;
    at = end + 1;
  }
}

/** A last line without a line break. */
function lastLine(
  bytes: Uint8Array,
  at: number,
  filled: number,
  line: number,
  handle: LineHandler,
  quoted: boolean,
  name: string,
): void {
  if (quoted && isOpen(bytes, at, filled)) {
    throw new DataError(`Cannot read ${name}, line ${line}: a quoted field that begins here never closes`, {
      file: name,
      line,
    });
  }
  const stop = bytes[filled - 1] === RETURN ? filled - 1 : filled;
  if (stop > at) handle(bytes, at, stop, line);
}

/** Whether an odd number of quotes lies in `[start, end)`. */
function isOpen(bytes: Uint8Array, start: number, end: number): boolean {
  let open = false;
  for (let at = start; at < end; at++) if (bytes[at] === QUOTE) open = !open;
  return open;
}

function hasMark(bytes: Uint8Array, filled: number): boolean {
  return filled >= MARK.length && MARK.every((byte, at) => bytes[at] === byte);
}

function longer(buffer: Uint8Array<ArrayBuffer>, name: string, line: number): Uint8Array<ArrayBuffer> {
  if (buffer.length >= LONGEST_LINE) {
    throw new DataError(
      `Cannot read ${name}, line ${line}: no line end within ${
        LONGEST_LINE >> 20
      } MiB; is it a text file, and is every quote closed?`,
      { file: name, line },
    );
  }
  const grown = new Uint8Array(buffer.length * 2);
  grown.set(buffer);
  return grown;
}
