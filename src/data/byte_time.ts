/**
 * Times read straight from bytes: seconds since 1970 or ISO 8601 dates.
 * @module
 */
import { readNumber } from "./byte_number.ts";

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const COLON = 58;
const POINT = 46;
const SPACE = 32;
const LETTER_T = 84;
const LETTER_Z = 90;
const DAY = 86_400;

/** Above this a number of seconds would lie past the year 5138: the column is in milliseconds (or finer). */
export const LATEST_SECOND = 1e11;

/**
 * Seconds since 1970 UTC written in `bytes[start, end)`: a number of seconds, or an ISO date such as `2018-07-07`,
 * `2018-07-07 22:09:11`, `2018-07-07T22:09:11.5Z`, `2018-07-07T22:09+02:00`. A date without a zone is UTC. NaN when it is neither.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readTime } from "./byte_time.ts";
 *
 * const bytes = new TextEncoder().encode("2000-01-02");
 * assert.equal(readTime(bytes, 0, bytes.length), 946771200);
 * ```
 */
export function readTime(bytes: Uint8Array, start: number, end: number): number {
  return writtenAsDate(bytes, start, end) ? readDate(bytes, start, end) : readNumber(bytes, start, end);
}

/** Whether {@linkcode readTime} takes the bytes for a date and not for a number. */
export function writtenAsDate(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 10 && bytes[start + 4] === MINUS && bytes[start + 7] === MINUS;
}

function readDate(bytes: Uint8Array, start: number, end: number): number {
  const year = readDigits(bytes, start, start + 4);
  const month = readDigits(bytes, start + 5, start + 7);
  const day = readDigits(bytes, start + 8, start + 10);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  const date = daysFromCivil(year, month, day) * DAY;
  if (end === start + 10) return date;
  const separator = bytes[start + 10];
  if (separator !== LETTER_T && separator !== SPACE) return NaN;
  return date + readClock(bytes, start + 11, end);
}

/** `hh:mm[:ss[.f]][Z|+hh[:]mm]` as seconds into the day, minus the zone's offset; NaN if malformed. */
function readClock(bytes: Uint8Array, start: number, end: number): number {
  const hour = readDigits(bytes, start, start + 2);
  const minute = readDigits(bytes, start + 3, start + 5);
  if (end < start + 5 || bytes[start + 2] !== COLON || !(hour < 24 && minute < 60)) return NaN;
  let at = start + 5;
  let second = 0;
  if (at < end && bytes[at] === COLON) {
    second = readDigits(bytes, at + 1, at + 3);
    // 60 is a leap second.
    if (at + 3 > end || !(second <= 60)) return NaN;
    at += 3;
    if (at < end && bytes[at] === POINT) {
      const from = at++;
      while (at < end && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++;
      second += readNumber(bytes, from, at);
    }
  }
  return hour * 3600 + minute * 60 + second - readZone(bytes, at, end);
}

/** Offset from UTC in seconds; NaN if malformed. */
function readZone(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || (bytes[start] === LETTER_Z && start + 1 === end)) return 0;
  const sign = bytes[start] === PLUS ? 1 : bytes[start] === MINUS ? -1 : NaN;
  const minutes = bytes[start + 3] === COLON ? start + 4 : start + 3;
  const hour = readDigits(bytes, start + 1, start + 3);
  const minute = readDigits(bytes, minutes, minutes + 2);
  if (end !== minutes + 2 || !(hour < 24 && minute < 60)) return NaN;
  return sign * (hour * 3600 + minute * 60);
}

function readDigits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day comes last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
