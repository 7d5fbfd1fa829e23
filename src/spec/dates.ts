/**
 * ISO dates as seconds since 1970.
 * @module
 */

/**
 * Seconds since 1970 UTC of an ISO date; without a zone it is UTC. NaN when there is no such day or hour.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(secondsOf("1970-01-02"), 86400);
 * assert.equal(secondsOf("1970-01-01T01:00:00+01:00"), 0);
 * assert.ok(Number.isNaN(secondsOf("2001-02-30")));
 * ```
 */
export function secondsOf(date: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})(T.*?)?(Z|[+-]\d{2}:\d{2})?$/.exec(date);
  if (match === null) return NaN;
  const [, year, month, day, time = "T00:00", zone = "Z"] = match;
  // Date rolls the 30th of February over to March; a border that moves by itself is worse than an error.
  const start = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (start.getUTCMonth() !== Number(month) - 1 || start.getUTCDate() !== Number(day)) return NaN;
  return Date.parse(`${year}-${month}-${day}${time}${zone}`) / 1000;
}

/** An instant as an ISO date, without the time where it is midnight UTC. */
export function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/T00:00:00\.000Z$/, "").replace(/\.000Z$/, "Z");
}
