/**
 * The bytes of a spec as text.
 * @module
 */
import { excerptAt, linesOf, positionAt } from "./excerpt.ts";
import { SpecError, unreadable } from "./issue.ts";

/** A longer file is no spec. */
export const MAX_BYTES = 1 << 20;

/**
 * UTF-8 as text; a byte order mark stays in it.
 *
 * @throws {SpecError} when there are more than 2^20 bytes, or at the first byte that is not UTF-8.
 */
export function decoded(bytes: Uint8Array, file: string): string {
  if (bytes.length > MAX_BYTES) throw tooLarge(file, bytes.length);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw notUtf8(bytes, file, error);
    throw error;
  }
}

/** The error of a file with so many bytes; they need not have been counted. */
export function tooLarge(file: string, bytes?: number): SpecError {
  const found = bytes === undefined ? `more than ${MAX_BYTES}` : String(bytes);
  return unreadable(file, `The file has ${found} bytes: a spec has at most ${MAX_BYTES}.`);
}

function notUtf8(bytes: Uint8Array, file: string, cause: TypeError): SpecError {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return unreadable(file, "The file is UTF-16 text, and a spec is UTF-8: save it as that.", { cause });
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const { byte, offset } = firstReplaced(bytes, text);
  const found = `0x${(bytes[byte] ?? 0).toString(16).padStart(2, "0")}`;
  const message = `The file is not UTF-8 text: found the byte ${found} at offset ${byte}; save it as UTF-8.`;
  const mark = text.startsWith("\ufeff") ? 1 : 0;
  const lines = linesOf(text.slice(mark));
  const excerpt = excerptAt(lines, offset - mark, 1);
  return new SpecError(file, [{ file, pointer: "", ...positionAt(lines, offset - mark), message, excerpt }], { cause });
}

/** Where decoding had to put a replacement character that the bytes themselves do not hold: offsets in the bytes and in the text. */
function firstReplaced(bytes: Uint8Array, text: string): { byte: number; offset: number } {
  let byte = 0;
  let offset = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const written = bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd;
    if (code === 0xfffd && !written) break;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    offset += character.length;
  }
  return { byte, offset };
}
