/**
 * Reads a file of interactions into columns.
 * @module
 */
import type { ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";
import { readingNotes } from "./reading_notes.ts";
import { type Columns, type Format, rowFormat } from "./row_formats.ts";
import { type LineProblem, type RatingScale, returnHint, RowReader } from "./row_reader.ts";
import { scanLines } from "./scan_lines.ts";
import { SkippedLines } from "./skipped_lines.ts";
import { mustBeTimes } from "./time_span.ts";
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
  /** A row rated outside it is a bad line. Default: whatever cannot be mistaken for a time. */
  readonly scale?: RatingScale;
}

/** What to do on the way. */
export interface ReadOptions {
  /** "stop" (default) throws at the first bad line, "skip" leaves bad lines out and counts them. */
  readonly badLines?: "stop" | "skip";
  readonly onProgress?: ReadProgress;
}

/**
 * Reads interactions as a stream: memory is the columns plus a few MiB, whatever the file's size. Times are seconds since 1970 UTC,
 * written as numbers or as ISO dates. Rows may come in any order and more than once; all are kept. Blank lines are ignored.
 *
 * @throws {DataError} with file and line when a line is bad (unless skipped), when times are in milliseconds or are dates written as
 * numbers, when the file cannot be read or changes meanwhile, or when it holds no interaction.
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
  const reader = new RowReader(format, source.scale);
  const skipped = new SkippedLines();
  let headed = format.header === undefined;
  const { file, openEnd } = await scanLines(source.path, (bytes, start, end, line) => {
    if (!headed) {
      headed = true;
      const problem = format.header!(bytes, start, end);
      // A wrong header is no bad line: without it no line can be read.
      if (problem !== undefined) throw badLine(name, line, `${problem}${returnHint(bytes, start, end)}`);
      return;
    }
    const problem = reader.add(bytes, start, end);
    if (problem === undefined) return;
    if (options.badLines !== "skip") throw badLine(name, line, `${problem.text}. ${SKIP}`);
    skipped.add(problem, line);
  }, { quoted: format.quoted, name, ...(options.onProgress && { onProgress: options.onProgress }) });
  if (reader.count === 0) throw noRows(name, headed && format.header !== undefined, skipped);
  const columns = reader.finish();
  mustBeTimes(columns.times, format.columns.time, name);
  return {
    ...columns,
    skippedLines: skipped.count,
    notes: readingNotes(columns, { openEnd: openEnd && !source.format.endsWith("ndjson"), skipped }),
    files: [file],
  };
}

const SKIP = "--set dataset.badLines=skip leaves such lines out, and counts them";

function badLine(name: string, line: number, problem: LineProblem["text"]): DataError {
  return new DataError(`Cannot read ${name}, line ${line}: ${problem}`, { file: name, line });
}

function noRows(name: string, headerOnly: boolean, skipped: SkippedLines): DataError {
  const first = skipped.first;
  if (first !== undefined) {
    return new DataError(
      `Cannot read interactions from ${name}: all ${skipped.count} lines are bad, the first: ${
        badLine(name, first.line, first.problem.text).message
      }`,
      { file: name, line: first.line },
    );
  }
  const found = headerOnly ? "it holds a header and no row" : "it holds none";
  return new DataError(`Cannot read interactions from ${name}: ${found}`, { file: name });
}
