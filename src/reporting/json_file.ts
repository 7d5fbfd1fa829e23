/**
 * Reading the JSON files of a report's folder.
 * @module
 */
import { DataError } from "../data/errors.ts";

/** The value of a file that a run has written. @throws {DataError} when there is no such file, or it is no JSON. */
export async function readJson(file: string): Promise<unknown> {
  return parse(await read(file), file);
}

async function read(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new DataError(`Cannot read ${file}: there is no such file; "run" writes it`, { file, cause });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(`Cannot read ${file}: it is no JSON (${cause instanceof Error ? cause.message : cause})`, {
      file,
      cause,
    });
  }
}
