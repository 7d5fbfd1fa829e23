/**
 * Goes through a file line by line without making strings.
 * @module
 */
import { ByteSource, type FileDigest, type ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
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

/**
 * Calls `handle` for every line that is not empty. Lines are numbered from 1; a quoted record of several lines has its first line's
 * number. A byte-order mark at the start is skipped.
 *
 * @throws {DataError} when the file cannot be read, or a line never ends; and whatever `handle` throws.
 */
export async function scanLines(path: string, handle: LineHandler, options: ScanOptions = {}): Promise<FileDigest> {
  const name = options.name ?? path;
  const source = await ByteSource.open(path, options.onProgress);
  try {
    let buffer = new Uint8Array(BUFFER);
    let held = 0;
    let line = 1;
    let atStart = true;
    for (;;) {
      if (held === buffer.length) buffer = longer(buffer, name, line);
      const read = await source.read(buffer.subarray(held));
      const filled = held + read;
      // A mark may be cut by the first read.
      if (atStart && filled < 3 && read > 0) {
        held = filled;
        continue;
      }
      const start = atStart && hasMark(buffer, filled) ? 3 : 0;
      atStart = false;
      const done = scanBuffer(buffer, start, filled, line, handle, options.quoted ?? false);
      line = done.line;
      held = filled - done.at;
      if (read === 0) {
        if (held > 0) lastLine(buffer, done.at, filled, line, handle, options.quoted ?? false, name);
        return source.digest(name);
      }
      buffer.copyWithin(0, done.at, filled);
    }
  } finally {
    await source.close();
  }
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
  return filled >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
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
