/**
 * What a whole column of times tells about its unit.
 * @module
 */
import { shownTime } from "./borders.ts";
import { DataError } from "./errors.ts";

const FIRST_DAY = 19_000_101;
const LAST_DAY = 21_001_231;
/** 3 March 1973: data of people's choices are younger, and smaller numbers are often days, minutes or a mere count. */
const EARLY = 1e8;

/** The earliest and the latest time; Infinity and -Infinity when there is none. */
export function timeSpan(times: Float64Array): { readonly first: number; readonly last: number } {
  let first = Infinity, last = -Infinity;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}

/**
 * Refuses a column of days written as numbers (20180707): they rise with time, but the gaps between them are no seconds.
 *
 * @param column What the column is called in the message.
 * @throws {DataError} when every time is such a day; as seconds they would all lie in August and September 1970.
 */
export function mustBeTimes(times: Float64Array, column: string, file: string): void {
  const { first, last } = timeSpan(times);
  if (first < FIRST_DAY || last > LAST_DAY || !times.every(isDay)) return;
  throw new DataError(
    `Cannot read ${file}: every ${column}, from ${first} to ${last}, is a date written as one number (YYYYMMDD), ` +
      `wanted seconds since 1970 or an ISO date such as 2018-07-07`,
    { file },
  );
}

function isDay(time: number): boolean {
  const day = time % 100;
  const month = Math.floor(time / 100) % 100;
  return Number.isInteger(time) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** Sentences about times that are read as they stand though they may mean something else. */
export function timeNotes(times: Float64Array): string[] {
  let before = 0;
  for (const time of times) if (time <= 0) before++;
  const { first, last } = timeSpan(times);
  const notes: string[] = [];
  if (before > 0) {
    notes.push(
      `${before} of ${times.length} rows have the time 0 or a negative one (${
        shownTime(first)
      } is the earliest); they are taken as dates up to 1970-01-01, and so come first.`,
    );
  }
  if (last < EARLY) {
    notes.push(
      `All times lie between ${shownTime(first)} and ${
        shownTime(last)
      } when taken as seconds since 1970; order and slices hold in any unit, gaps between items and dates do not.`,
    );
  }
  return notes;
}
