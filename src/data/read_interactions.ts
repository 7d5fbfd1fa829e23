/**
 * Reads a file of interactions into columns.
 * @module
 */
import { LATEST_SECOND, readTime } from "./byte_time.ts";
import { readNumber } from "./byte_number.ts";
import type { ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";
import { GrowableColumn } from "./growable_column.ts";
import { IdTable } from "./id_table.ts";
import { type Columns, type Format, ITEM, RATING, type RowFormat, rowFormat, TIME, USER } from "./row_formats.ts";
import { scanLines } from "./scan_lines.ts";
import type { Interactions } from "./types.ts";

/** A file and how to read it. */
export interface InteractionsSource {
  /** A name ending in `.gz` is unpacked while reading. */
  readonly path: string;
  /** Name for errors and provenance; the path if left out. */
  readonly name?: string;
  readonly format: Format;
  /** Columns of CSV, TSV and NDJSON. Default: user, item, timestamp and no rating. */
  readonly columns?: Columns;
  /** Between two cells of a CSV or TSV file. Default: a comma, a tab. */
  readonly separator?: string;
}

/** What to do on the way. */
export interface ReadOptions {
  /** "stop" (default) throws at the first bad line, "skip" leaves bad lines out and counts them. */
  readonly badLines?: "stop" | "skip";
  readonly onProgress?: ReadProgress;
}

/**
 * Reads interactions as a stream: memory is the columns plus a few MiB, whatever the file's size. Times are seconds since 1970 UTC,
 * written as numbers or as ISO dates. Blank lines are ignored.
 *
 * @throws {DataError} with file and line when a line is bad (unless skipped), when times are in milliseconds, when the file cannot be
 * read, or when it holds no interaction.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readInteractions } from "./read_interactions.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "7::31::4::978300760\n7::12::3.5::978302109\n");
 * const { users, items, itemIds, ratings } = await readInteractions({ path, format: "movielens-dat" });
 * assert.deepEqual([...users], [0, 0]);
 * assert.deepEqual([...items], [0, 1]);
 * assert.deepEqual(itemIds, ["31", "12"]);
 * assert.deepEqual(ratings, Float32Array.of(4, 3.5));
 * await Deno.remove(path);
 * ```
 */
export async function readInteractions(source: InteractionsSource, options: ReadOptions = {}): Promise<Interactions> {
  const name = source.name ?? source.path;
  const format = rowFormat(source.format, source.columns, source.separator);
  const reader = new RowReader(format);
  const skip = options.badLines === "skip";
  let headed = format.header === undefined;
  let skipped = 0;
  let firstSkipped = "";
  const file = await scanLines(source.path, (bytes, start, end, line) => {
    const problem = headed ? reader.add(bytes, start, end) : format.header!(bytes, start, end);
    if (problem !== undefined) {
      const message = `Cannot read ${name}, line ${line}: ${problem}`;
      // A wrong header is no bad line: without it no line can be read.
      if (!skip || !headed) throw new DataError(message, { file: name, line });
      if (skipped++ === 0) firstSkipped = message;
    }
    headed = true;
  }, { quoted: format.quoted, name, ...(options.onProgress && { onProgress: options.onProgress }) });
  if (reader.users.length === 0) {
    const why = skipped > 0 ? `all ${skipped} lines are bad, the first: ${firstSkipped}` : "it holds none";
    throw new DataError(`Cannot read interactions from ${name}: ${why}`, { file: name });
  }
  return reader.finish(skipped, file);
}

/** The growing columns of one file. */
class RowReader {
  readonly users = new GrowableColumn((length) => new Int32Array(length));
  readonly #items = new GrowableColumn((length) => new Int32Array(length));
  readonly #times = new GrowableColumn((length) => new Float64Array(length));
  readonly #ratings = new GrowableColumn((length) => new Float32Array(length));
  readonly #userIds = new IdTable();
  readonly #itemIds = new IdTable();
  readonly #format: RowFormat;

  constructor(format: RowFormat) {
    this.#format = format;
  }

  /** Adds a line's interaction, or says what is wrong with the line and adds nothing. */
  add(bytes: Uint8Array, start: number, end: number): string | undefined {
    const { starts, ends, columns, hasRatings } = this.#format;
    const problem = this.#format.parse(bytes, start, end);
    if (problem !== undefined) return `${problem}: ${shown(bytes, start, end)}`;
    const userStart = starts[USER]!, userEnd = ends[USER]!, itemStart = starts[ITEM]!, itemEnd = ends[ITEM]!;
    if (userStart >= userEnd) return `found an empty ${columns.user}, wanted an id`;
    if (itemStart >= itemEnd) return `found an empty ${columns.item}, wanted an id`;
    const time = readTime(bytes, starts[TIME]!, ends[TIME]!);
    if (!(Math.abs(time) <= LATEST_SECOND)) return timeProblem(time, columns.time, bytes, starts[TIME]!, ends[TIME]!);
    if (hasRatings) {
      const rating = readNumber(bytes, starts[RATING]!, ends[RATING]!);
      if (!Number.isFinite(rating)) {
        return `found the ${columns.rating} ${shown(bytes, starts[RATING]!, ends[RATING]!)}, wanted a number`;
      }
      this.#ratings.push(rating);
    }
    this.users.push(this.#userIds.intern(bytes, userStart, userEnd));
    this.#items.push(this.#itemIds.intern(bytes, itemStart, itemEnd));
    this.#times.push(time);
    return undefined;
  }

  finish(skippedLines: number, file: Interactions["files"][number]): Interactions {
    return {
      count: this.users.length,
      users: this.users.finish(),
      items: this.#items.finish(),
      times: this.#times.finish(),
      ...(this.#format.hasRatings && { ratings: this.#ratings.finish() }),
      userIds: this.#userIds.ids,
      itemIds: this.#itemIds.ids,
      skippedLines,
      files: [file],
    };
  }
}

function timeProblem(time: number, column: string, bytes: Uint8Array, start: number, end: number): string {
  const found = `found the ${column} ${shown(bytes, start, end)}`;
  if (!Number.isFinite(time)) return `${found}, wanted seconds since 1970 or an ISO date such as 2018-07-07T22:09:11Z`;
  return `${found}, which is too large for seconds since 1970 and looks like milliseconds; divide the column by 1000 and read the file again`;
}

/** A piece of the file for a message, cut to a readable length. */
function shown(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 80)));
  return JSON.stringify(end - start > 80 ? `${text}...` : text);
}
