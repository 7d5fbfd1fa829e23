/**
 * Reading made-up content as a file, and being refused.
 * @module
 */
import assert from "node:assert/strict";
import { DataError } from "../../src/data/errors.ts";
import { type InteractionsSource, readInteractions, type ReadOptions } from "../../src/data/read_interactions.ts";
import type { Interactions } from "../../src/data/types.ts";
import { withFolder, writeFile } from "./files.ts";

type Format = InteractionsSource["format"];

/** UTF-8. */
export const encode = (text: string) => new TextEncoder().encode(text);

/** Text with the given bytes in the place of each "#". */
export function withBytes(text: string, ...bytes: number[]): Uint8Array {
  const parts = text.split("#").map(encode);
  return Uint8Array.from(parts.flatMap((part, index) => index === 0 ? [...part] : [...bytes, ...part]));
}

/** Reads `content` as a file called "file". */
export function read(
  format: Format,
  content: string | Uint8Array,
  options: ReadOptions & Partial<InteractionsSource> = {},
): Promise<Interactions> {
  return withFolder(async (folder) => {
    const { badLines, onProgress, ...source } = options;
    const path = await writeFile(folder, "file", content);
    return await readInteractions({ path, name: "file", format, ...source }, {
      ...(badLines && { badLines }),
      ...(onProgress && { onProgress }),
    });
  });
}

/** Expects a DataError of that message, about that line of "file". */
export async function refused(
  format: Format,
  content: string | Uint8Array,
  message: RegExp,
  line?: number,
  options: ReadOptions & Partial<InteractionsSource> = {},
): Promise<void> {
  await assert.rejects(read(format, content, options), (error) => {
    assert(error instanceof DataError, String(error));
    assert.match(error.message, message);
    assert.deepEqual([error.file, error.line], ["file", line]);
    return true;
  });
}
