/**
 * The line formats: from the bytes of a line to where its user, item, rating and time stand.
 * @module
 */
import { writtenOut } from "../spec/shown_text.ts";
import { readNumber } from "./byte_number.ts";
import { DataError } from "./errors.ts";
import { FieldSplitter, type Separator } from "./field_splitter.ts";
import { JsonScanner } from "./json_scanner.ts";

/** The formats a reader knows. `movielens-tab` is u.data of MovieLens 100K. */
export const FORMATS = ["movielens-tab", "movielens-dat", "csv", "tsv", "yelp-ndjson", "ndjson"] as const;

/** One of the formats a reader knows. */
export type Format = (typeof FORMATS)[number];

/** Names of the columns (keys) to read. Without `rating` every row is a positive. */
export interface Columns {
  readonly user: string;
  readonly item: string;
  readonly time: string;
  readonly rating?: string;
}

/** Columns of a CSV, TSV or NDJSON file whose spec names none. */
export const DEFAULT_COLUMNS: Columns = { user: "user", item: "item", time: "timestamp" };

/** Keys of the official Yelp review file. */
export const YELP_COLUMNS: Columns = { user: "user_id", item: "business_id", rating: "stars", time: "date" };

/** Indices of a row's fields in {@linkcode RowFormat.starts}. */
export const USER = 0, ITEM = 1, TIME = 2, RATING = 3;

/** A header of more columns is no header: a binary file, or one whose lines end in CR alone. */
const MOST_COLUMNS = 10_000;
/** Columns a message names. */
const SHOWN_COLUMNS = 20;
const QUOTE = 34;

/** How the lines of one file are taken apart. One object serves one file. */
export interface RowFormat {
  /** Whether a line break inside quotes belongs to the line. */
  readonly quoted: boolean;
  readonly hasRatings: boolean;
  /** Borders of user, item, time and rating in the line last parsed. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** What the columns are called in errors. */
  readonly columns: Columns;
  /** Takes the header's line; says what is wrong with it, if anything. Missing when the format has no header. */
  readonly header?: (bytes: Uint8Array, start: number, end: number) => string | undefined;
  /** Finds the fields; says what is wrong with the line, if anything. */
  parse(bytes: Uint8Array, start: number, end: number): string | undefined;
}

/**
 * The parser of a format. `separator` is the character between two cells of a CSV or TSV file.
 * @throws {DataError} when the separator is not one ASCII character other than a quote and a line end, and when two of `columns` are one.
 */
export function rowFormat(format: Format, columns?: Columns, separator?: string): RowFormat {
  if (columns !== undefined) mustDiffer(columns);
  switch (format) {
    case "movielens-tab":
      return positionalFormat({ byte: 9, repeat: 1, quoted: false }, "tabs");
    case "movielens-dat":
      return positionalFormat({ byte: 58, repeat: 2, quoted: false }, '"::"');
    case "csv":
      return headedFormat(cellSeparator(separator ?? ","), columns ?? DEFAULT_COLUMNS);
    case "tsv":
      return headedFormat(cellSeparator(separator ?? "\t"), columns ?? DEFAULT_COLUMNS);
    case "yelp-ndjson":
      return jsonFormat(columns ?? YELP_COLUMNS);
    case "ndjson":
      return jsonFormat(columns ?? DEFAULT_COLUMNS);
  }
}

/** MovieLens: user, item, rating, time, always four fields. */
function positionalFormat(separator: Separator, shown: string): RowFormat {
  const splitter = new FieldSplitter(separator, 4);
  const starts = new Int32Array(4);
  const ends = new Int32Array(4);
  const places = [USER, ITEM, RATING, TIME];
  return {
    quoted: false,
    hasRatings: true,
    starts,
    ends,
    columns: { user: "user", item: "item", rating: "rating", time: "time" },
    parse(bytes, start, end) {
      const count = splitter.split(bytes, start, end);
      if (count !== 4) return `found ${fields(count)}, wanted 4 (user, item, rating, time) separated by ${shown}`;
      for (let field = 0; field < 4; field++) {
        starts[places[field]!] = splitter.starts[field]!;
        ends[places[field]!] = splitter.ends[field]!;
      }
      return undefined;
    },
  };
}

/** CSV and TSV: a header names the columns. */
function headedFormat(separator: Separator, columns: Columns): RowFormat {
  const wanted = wantedNames(columns);
  const starts = new Int32Array(4);
  const ends = new Int32Array(4);
  const places: number[] = [];
  let width = 0;
  let splitter = new FieldSplitter(separator, 0);
  return {
    quoted: true,
    hasRatings: columns.rating !== undefined,
    starts,
    ends,
    columns,
    header(bytes, start, end) {
      const names = headerNames(bytes, start, end, separator);
      if (typeof names === "string") return names;
      width = names.length;
      const problem = headerProblem(names, wanted);
      if (problem !== undefined) return problem;
      places.push(...wanted.map((name) => names.indexOf(name)));
      splitter = new FieldSplitter(separator, Math.max(...places) + 1);
      return undefined;
    },
    parse(bytes, start, end) {
      const count = splitter.split(bytes, start, end);
      if (count < 0) return "found text after a closing quote, wanted a separator";
      if (count !== width) return `found ${fields(count)}, wanted ${width} as in the header`;
      for (let place = 0; place < places.length; place++) {
        starts[place] = splitter.starts[places[place]!]!;
        ends[place] = splitter.ends[places[place]!]!;
      }
      return undefined;
    },
  };
}

/** The columns a header names, or what is wrong with it. Split once only: splitting undoes doubled quotes in place. */
function headerNames(bytes: Uint8Array, start: number, end: number, separator: Separator): string[] | string {
  const reader = new FieldSplitter(separator, MOST_COLUMNS);
  const width = reader.split(bytes, start, end);
  if (width < 0) return "found text after a closing quote in the header, wanted a separator";
  if (width > MOST_COLUMNS) return `found ${width} columns, wanted ${MOST_COLUMNS} at most`;
  const decoder = new TextDecoder();
  return Array.from(
    { length: width },
    (_, field) => decoder.decode(bytes.subarray(reader.starts[field], reader.ends[field])).trim(),
  );
}

function headerProblem(names: readonly string[], wanted: readonly string[]): string | undefined {
  const twice = wanted.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return `found the column ${quote(twice)} more than once, wanted each name once`;
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length === 0) return undefined;
  const some = names.slice(0, SHOWN_COLUMNS).map((name) => quote(cut(name))).join(", ");
  const more = names.length > SHOWN_COLUMNS ? ` and ${names.length - SHOWN_COLUMNS} more` : "";
  return `found the columns ${some}${more}, wanted ${missing.map(quote).join(" and ")} among them; ` +
    `name the file's own columns in "columns" of the data set`;
}

/** One JSON object a line. */
function jsonFormat(columns: Columns): RowFormat {
  const wanted = wantedNames(columns);
  const scanner = new JsonScanner(wanted);
  return {
    quoted: false,
    hasRatings: columns.rating !== undefined,
    starts: scanner.starts,
    ends: scanner.ends,
    columns,
    parse(bytes, start, end) {
      if (!scanner.scan(bytes, start, end)) return "found no JSON object, wanted one object a line";
      const missing = wanted.find((_, place) => !isScalar(bytes, scanner.starts[place]!, scanner.ends[place]!));
      return missing === undefined
        ? undefined
        : `found no usable key ${quote(missing)}, wanted ${wanted.map(quote).join(", ")}, each a string or a number`;
    },
  };
}

/** Whether a value the scanner gave is a string or a number: `null` is nobody's id. */
function isScalar(bytes: Uint8Array, start: number, end: number): boolean {
  return start >= 0 && (bytes[start - 1] === QUOTE || !Number.isNaN(readNumber(bytes, start, end)));
}

/** @throws {DataError} when one column stands for two. */
function mustDiffer({ user, item, time, rating }: Columns): void {
  const names = [user, item, time, ...(rating === undefined ? [] : [rating])];
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice === undefined) return;
  throw new DataError(
    `Cannot read interactions: found ${quote(twice)} twice in "columns", wanted a column each for user, item and time`,
  );
}

function cellSeparator(separator: string): Separator {
  const byte = separator.charCodeAt(0);
  if (separator.length !== 1 || byte > 127 || /["\r\n]/.test(separator)) {
    throw new DataError(
      `Cannot separate cells by ${quote(separator)}: wanted one ASCII character other than a quote and a line end`,
    );
  }
  return { byte, repeat: 1, quoted: true };
}

/** In the order of USER, ITEM, TIME, RATING. */
function wantedNames(columns: Columns): string[] {
  const names = [columns.user, columns.item, columns.time];
  return columns.rating === undefined ? names : [...names, columns.rating];
}

function fields(count: number): string {
  return count === 1 ? "1 field" : `${count} fields`;
}

function cut(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}...` : name;
}

function quote(name: string): string {
  return writtenOut(JSON.stringify(name));
}
