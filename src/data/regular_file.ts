/**
 * Holding a path to being a plain file before it is opened: a pipe would wait for a writer that may never come.
 * @module
 */
import { DataError } from "./errors.ts";

/** What a path is, in words; undefined for a regular file. */
export function otherKind(info: Deno.FileInfo): string | undefined {
  if (info.isFile) return undefined;
  if (info.isDirectory) return "a folder";
  if (info.isFifo) return "a pipe";
  if (info.isSocket) return "a socket";
  if (info.isCharDevice || info.isBlockDevice) return "a device";
  return "no regular file";
}

/**
 * Refuses what is no regular file, without opening it.
 * @throws {DataError} for a folder, a pipe, a device, and for a path that cannot be looked at.
 */
export async function mustBeFile(path: string): Promise<void> {
  let kind: string | undefined;
  try {
    kind = otherKind(await Deno.stat(path));
  } catch (cause) {
    throw new DataError(`Cannot open ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      file: path,
      cause,
    });
  }
  if (kind !== undefined) {
    throw new DataError(`Cannot read ${path}: found ${kind}, wanted a regular file`, { file: path });
  }
}
