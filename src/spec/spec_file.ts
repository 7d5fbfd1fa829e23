/**
 * A spec's file: read in bounded time and memory, whatever it is.
 * @module
 */
import { SpecError, unreadable } from "./issue.ts";
import { MAX_BYTES, tooLarge } from "./utf8.ts";

const WANTED = "wanted the path of a JSON spec, such as experiments/quickstart.json";

/**
 * The bytes of a spec's file, 2^20 at most.
 *
 * @throws {SpecError} when there is no such file, when it is a folder, a pipe or a device, when it is too large or may not be read.
 */
export async function readSpecFile(file: string): Promise<Uint8Array> {
  try {
    // Opening a pipe waits for somebody who writes into it, so what it is has to be known before.
    const { isFile, isDirectory, size } = await Deno.stat(file);
    if (isDirectory) throw unreadable(file, `This is a folder: ${WANTED}.`);
    if (!isFile) throw unreadable(file, `This is a pipe, a socket or a device, not a file: ${WANTED}.`);
    if (size > MAX_BYTES) throw tooLarge(file, size);
    using opened = await Deno.open(file);
    const bytes = await readUpTo(opened, MAX_BYTES);
    if (bytes === undefined) throw tooLarge(file);
    return bytes;
  } catch (error) {
    throw refusal(file, error);
  }
}

/** All that comes, or undefined when that is more than `most` bytes: what a file's size says need not be true when it is read. */
export async function readUpTo(
  source: { read(into: Uint8Array): Promise<number | null> },
  most: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(most + 1);
  let length = 0;
  while (length <= most) {
    const count = await source.read(bytes.subarray(length));
    if (count === null) return bytes.subarray(0, length);
    length += count;
  }
  return undefined;
}

function refusal(file: string, error: unknown): unknown {
  if (error instanceof SpecError || !(error instanceof Error)) return error;
  return unreadable(file, `${reasonOf(error)}: ${WANTED}.`, { cause: error });
}

function reasonOf(error: Error): string {
  if (error instanceof Deno.errors.NotFound) return "There is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "You may not read this file";
  if (error instanceof Deno.errors.NotCapable) return "This program may not read this file";
  return `This file cannot be read (${error.message})`;
}
