/**
 * JSON lines that arrive in pieces: from a process, or from a file that is still being written.
 * @module
 */
import type { Transform } from "node:stream";
import ndjson from "ndjson";

/** The part of the ndjson package that is used; it ships no types. With `strict: false` it passes over lines that are no JSON. */
const { parse } = ndjson as { parse(options: { strict: boolean }): Transform };

/** Takes bytes, gives the values of whole lines. */
export interface JsonLines {
  /** More bytes; resolves once their lines have been given. */
  write(bytes: Uint8Array): Promise<void>;
  /** There is no more: a last line without a line break counts. */
  end(): Promise<void>;
}

/**
 * Reads JSON lines; one that is no JSON, as a killed process leaves it, is passed over.
 *
 * @param take is given each value, in order.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const values: unknown[] = [];
 * const lines = jsonLines((value) => values.push(value));
 * await lines.write(new TextEncoder().encode('{"step":1}\n{"step'));
 * await lines.write(new TextEncoder().encode('":2}\n{"st'));
 * await lines.end();
 * assert.deepEqual(values, [{ step: 1 }, { step: 2 }]);
 * ```
 */
export function jsonLines(take: (value: unknown) => void): JsonLines {
  const stream = parse({ strict: false });
  stream.on("data", take);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) =>
        stream.write(bytes, (error) => error === null || error === undefined ? resolve() : reject(error))
      ),
    end: () =>
      new Promise((resolve, reject) => {
        stream.once("end", resolve);
        stream.once("error", reject);
        stream.end();
      }),
  };
}
