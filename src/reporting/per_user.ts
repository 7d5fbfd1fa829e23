/**
 * Measures of every user as NDJSON: one row for each method, seed, slice and user.
 * @module
 */
import { createWriteStream } from "node:fs";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import ndjson from "ndjson";

/** The part of the ndjson package that is used; it ships no types. */
const { stringify } = ndjson as { stringify(): Transform };

/** Writes rows as they come; no more than a buffer of them is held. The file appears under its name when it is whole. */
export async function writePerUser(path: string, rows: Iterable<object>): Promise<void> {
  const part = `${path}.part`;
  await pipeline(Readable.from(rows), stringify(), createWriteStream(part));
  await Deno.rename(part, path);
}
