/**
 * How a terminal shows times and names.
 * @module
 */

/** C0 and C1 controls, line separators, and marks that change the direction or joining of what follows. */
// deno-lint-ignore no-control-regex
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A line without what a terminal would obey: labels and paths come from specs and data.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(visible("lora\x1b[2J\nbase"), "lora\\u001b[2J\\u000abase");
 * ```
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

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
