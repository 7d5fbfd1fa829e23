/**
 * What goes wrong with data, as an error a caller can catch.
 * @module
 */

/** Where in the data an error was found. */
export interface DataErrorPlace {
  /** Path or name of the file. */
  readonly file?: string;
  /** Line in the file, 1-based. */
  readonly line?: number;
  /** What raised it, if something did. */
  readonly cause?: unknown;
}

/**
 * Data that is missing, damaged, or unfit for what was asked of it. The message is meant for the person at the terminal and says what
 * to do where something can be done.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { DataError } from "./errors.ts";
 *
 * const error = new DataError("Cannot read u.data, line 3: found 2 fields, wanted 4", { file: "u.data", line: 3 });
 * assert.equal(error.line, 3);
 * ```
 */
export class DataError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "DataError";
  /** Path or name of the file, where one is at fault. */
  readonly file: string | undefined;
  /** Line in the file, 1-based, where one is at fault. */
  readonly line: number | undefined;

  /**
   * `place` says where in the data, as far as it is known; the message should name it too, for a reader at a
   * terminal.
   */
  constructor(message: string, place: DataErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.file = place.file;
    this.line = place.line;
  }
}
