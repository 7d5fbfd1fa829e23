/**
 * Files that are no UTF-8 text, told by their first bytes.
 * @module
 */

/** First bytes of what people take for a table, and what to do about it. The zip's `PK` is also a spreadsheet's. */
const KINDS: readonly { readonly mark: readonly number[]; readonly found: string }[] = [
  { mark: [0x1f, 0x8b], found: "a gzip file: give it a name that ends in .gz, or unpack it" },
  { mark: [0x50, 0x4b, 0x03, 0x04], found: "a zip archive or a spreadsheet: unpack it, or save it as CSV" },
  { mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a], found: "an xz file: unpack it" },
  { mark: [0x28, 0xb5, 0x2f, 0xfd], found: "a zstd file: unpack it" },
  { mark: [0x50, 0x41, 0x52, 0x31, 0x15], found: "a Parquet file: write it as CSV" },
  { mark: [0xff, 0xfe], found: "text in UTF-16: save it as UTF-8" },
  { mark: [0xfe, 0xff], found: "text in UTF-16: save it as UTF-8" },
];

/**
 * What a file is instead of UTF-8 text, with what to do; undefined when its first bytes tell nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { otherThanText } from "./text_kind.ts";
 *
 * assert.equal(otherThanText(Uint8Array.of(0xff, 0xfe, 49, 0)), "text in UTF-16: save it as UTF-8");
 * assert.equal(otherThanText(Uint8Array.of(49, 9, 50)), undefined);
 * ```
 */
export function otherThanText(bytes: Uint8Array): string | undefined {
  return KINDS.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte))?.found;
}
