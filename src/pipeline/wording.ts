/**
 * How a terminal shows times.
 * @module
 */

/**
 * A time for a reader.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([7.4, 75, 3 * 3600 + 120].map(timeText), ["7 s", "1 min 15 s", "3 h 2 min"]);
 * ```
 */
export function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}
