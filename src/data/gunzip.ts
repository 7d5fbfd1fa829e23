/**
 * Gzip files unpacked in bounded memory.
 * @module
 */

/** Bytes that a piece given to the platform is reckoned to unpack to. */
const AT_ONCE = 1 << 20;
/** The least packed bytes given at a time; no stream unpacks to more than 1,032 times as many (RFC 1951's longest match). */
const LEAST = AT_ONCE >> 10;

/**
 * A gzip file's bytes. The platform unpacks all that it is given into one piece of memory, a thousand times as large where a file means harm: it is
 * given little at first, and then as much as the file so far unpacks to {@linkcode AT_ONCE}.
 *
 * @throws whatever `packed` fails with; a TypeError where the bytes are not gzip's, are cut off, do not meet their sum, or are followed by others.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gzipSync } from "node:zlib";
 * import { gunzip } from "./gunzip.ts";
 *
 * const packed = ReadableStream.from([new Uint8Array(gzipSync("a line\n"))]);
 * assert.equal(await new Response(gunzip(packed)).text(), "a line\n");
 * ```
 */
export function gunzip(packed: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let given = 0, made = 0;
  async function* pieces() {
    for await (const chunk of packed) {
      for (let from = 0; from < chunk.length;) {
        const size = made === 0 ? LEAST : Math.max(LEAST, Math.floor(AT_ONCE * given / made));
        const piece = chunk.subarray(from, from + size);
        given += piece.length;
        from += piece.length;
        yield piece;
      }
    }
  }
  const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      made += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return ReadableStream.from(pieces()).pipeThrough(new DecompressionStream("gzip")).pipeThrough(counting);
}
