/**
 * Numbers that would not be what is written: rounded away, infinite, or zero.
 * @module
 */
import { shortened } from "./shown_text.ts";

/** Engines compute with 32-bit floating point: the largest number, and the smallest that keeps its precision. */
const LARGEST = 3.4028234663852886e38;
const SMALLEST = 2 ** -126;

/** Nobody means a longer number. */
const MAX_CHARACTERS = 100;

/**
 * What is wrong with a JSON number, as the end of a sentence; undefined when it is kept as it is written, up to the rounding of any
 * decimal fraction.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(numberFlaw("0.1"), undefined);
 * assert.match(numberFlaw("1e999") ?? "", /at most 3\.4e38/);
 * assert.match(numberFlaw("1e-999") ?? "", /be taken for 0/);
 * assert.match(numberFlaw("9007199254740993") ?? "", /2\^53/);
 * assert.match(numberFlaw("1.00000000000000000001") ?? "", /be rounded to 1/);
 * assert.match(numberFlaw("-0") ?? "", /written 0/);
 * ```
 */
export function numberFlaw(written: string): string | undefined {
  const found = `found ${shortened(written, 60)}`;
  if (written.length > MAX_CHARACTERS) {
    return `must be a number of at most ${MAX_CHARACTERS} characters: ${found} with ${written.length}`;
  }
  const value = Number(written);
  if (Math.abs(value) > LARGEST) return `must be at most 3.4e38 in size: ${found}`;
  if (Math.abs(value) < SMALLEST && /[1-9]/.test(written.replace(/e.*/i, ""))) {
    return `must be 0 or at least 1.2e-38 in size: ${found}, which would be taken for 0`;
  }
  if (Object.is(value, -0)) return `must be written 0: ${found}`;
  if (isWhole(written)) {
    const large = /^-?\d+$/.test(written) && !Number.isSafeInteger(value);
    return large ? `must be below 2^53 when written as a whole number: ${found}, which would be rounded` : undefined;
  }
  return Number.isInteger(value) ? `must have fewer digits: ${found}, which would be rounded to ${value}` : undefined;
}

/** Whether a JSON number is a whole one, by its digits. */
function isWhole(written: string): boolean {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? [];
  const digits = whole + fraction;
  const significant = digits.replace(/0+$/, "");
  return significant === "" || Number(exponent) - fraction.length + digits.length - significant.length >= 0;
}
