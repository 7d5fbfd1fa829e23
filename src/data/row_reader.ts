/**
 * From the lines of one file to columns that grow.
 * @module
 */
import { writtenOut } from "../spec/shown_text.ts";
import { LATEST_SECOND, readTime, writtenAsDate } from "./byte_time.ts";
import { readNumber } from "./byte_number.ts";
import { GrowableColumn } from "./growable_column.ts";
import { IdTable } from "./id_table.ts";
import { ITEM, RATING, type RowFormat, TIME, USER } from "./row_formats.ts";
import type { Interactions } from "./types.ts";

/** Smallest and largest rating a row may have. */
export interface RatingScale {
  readonly from: number;
  readonly to: number;
}

/** Larger ratings are times, as in a file whose columns stand in another order: 1e8 s is in 1973. */
const ANY_SCALE: RatingScale = { from: -1e8, to: 1e8 };

/** What is wrong with a line: which part of it, and the words for it. */
export interface LineProblem {
  readonly part: "fields" | "user" | "item" | "time" | "rating";
  readonly text: string;
}

const RETURN = 13;

/** The growing columns of one file. */
export class RowReader {
  readonly #users = new GrowableColumn((length) => new Int32Array(length));
  readonly #items = new GrowableColumn((length) => new Int32Array(length));
  readonly #times = new GrowableColumn((length) => new Float64Array(length));
  readonly #ratings = new GrowableColumn((length) => new Float32Array(length));
  readonly #userIds = new IdTable();
  readonly #itemIds = new IdTable();
  readonly #format: RowFormat;
  readonly #scale: RatingScale;

  constructor(format: RowFormat, scale: RatingScale = ANY_SCALE) {
    this.#format = format;
    this.#scale = scale;
  }

  /** Rows added so far. */
  get count(): number {
    return this.#users.length;
  }

  /** Adds a line's interaction, or says what is wrong with the line and adds nothing. */
  add(bytes: Uint8Array, start: number, end: number): LineProblem | undefined {
    const { starts, ends, columns, hasRatings } = this.#format;
    const problem = this.#format.parse(bytes, start, end);
    if (problem !== undefined) {
      return { part: "fields", text: `${problem}: ${shown(bytes, start, end)}${returnHint(bytes, start, end)}` };
    }
    const time = readTime(bytes, starts[TIME]!, ends[TIME]!);
    if (!(Math.abs(time) <= LATEST_SECOND)) {
      return { part: "time", text: timeProblem(time, columns.time, bytes, starts[TIME]!, ends[TIME]!) };
    }
    let rating = 0;
    if (hasRatings) {
      rating = readNumber(bytes, starts[RATING]!, ends[RATING]!);
      if (!(rating >= this.#scale.from && rating <= this.#scale.to)) {
        return { part: "rating", text: this.#ratingProblem(rating, bytes) };
      }
    }
    const item = this.#itemIds.intern(bytes, starts[ITEM]!, ends[ITEM]!);
    if (item < 0) {
      return { part: "item", text: idProblem(this.#itemIds, columns.item, bytes, starts[ITEM]!, ends[ITEM]!) };
    }
    const user = this.#userIds.intern(bytes, starts[USER]!, ends[USER]!);
    if (user < 0) {
      return { part: "user", text: idProblem(this.#userIds, columns.user, bytes, starts[USER]!, ends[USER]!) };
    }
    this.#users.push(user);
    this.#items.push(item);
    this.#times.push(time);
    if (hasRatings) this.#ratings.push(rating);
    return undefined;
  }

  /** The columns as arrays of their exact lengths; empties this reader. */
  finish(): Pick<Interactions, "count" | "users" | "items" | "times" | "ratings" | "userIds" | "itemIds"> {
    return {
      count: this.count,
      users: this.#users.finish(),
      items: this.#items.finish(),
      times: this.#times.finish(),
      ...(this.#format.hasRatings && { ratings: this.#ratings.finish() }),
      userIds: this.#userIds.ids,
      itemIds: this.#itemIds.ids,
    };
  }

  #ratingProblem(rating: number, bytes: Uint8Array): string {
    const { starts, ends, columns } = this.#format;
    const found = `found the ${columns.rating} ${shown(bytes, starts[RATING]!, ends[RATING]!)}`;
    if (!Number.isFinite(rating)) return `${found}, wanted a number`;
    const { from, to } = this.#scale;
    return `${found}, wanted ${from} to ${to}; do the columns stand in another order?`;
  }
}

function idProblem(table: IdTable, column: string, bytes: Uint8Array, start: number, end: number): string {
  if (start >= end) return `found an empty ${column}, wanted an id`;
  return `found the ${column} ${shown(bytes, start, end)}, which ${table.problem}`;
}

function timeProblem(time: number, column: string, bytes: Uint8Array, start: number, end: number): string {
  const found = `found the ${column} ${shown(bytes, start, end)}`;
  if (!Number.isFinite(time)) return `${found}, wanted seconds since 1970 or an ISO date such as 2018-07-07T22:09:11Z`;
  if (writtenAsDate(bytes, start, end)) return `${found}, wanted a date before the year 5138`;
  const size = Math.abs(time) / LATEST_SECOND;
  const [unit, times] = size < 1e3
    ? ["milliseconds", "1000"]
    : size < 1e6
    ? ["microseconds", "1,000,000"]
    : ["nanoseconds", "1,000,000,000"];
  return `${found}, which is too large for seconds since 1970 and looks like ${unit}; divide the column by ${times} and read the file again`;
}

/** Says so when a carriage return stands inside a line that could not be read: the ends of lines are CR alone. */
export function returnHint(bytes: Uint8Array, start: number, end: number): string {
  return bytes.subarray(start, end).includes(RETURN)
    ? "; there is a carriage return (CR) inside, wanted lines that end in LF or CRLF"
    : "";
}

/** A piece of the file for a message, cut to a readable length. */
function shown(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, Math.min(end, start + 80)));
  return writtenOut(JSON.stringify(end - start > 80 ? `${text}...` : text));
}
