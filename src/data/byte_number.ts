/**
 * Numbers read straight from bytes.
 * @module
 */

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const SPACE = 32;
/** Digits that fit a double exactly. */
const EXACT_DIGITS = 15;

const decoder = new TextDecoder();

/**
 * The decimal number written in `bytes[start, end)`, or NaN when there is none. Spaces around it are allowed. Up to 15 digits are
 * read without making a string; longer ones and exponents ("1.5e9") go through `Number`, with the same result.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readNumber } from "./byte_number.ts";
 *
 * const bytes = new TextEncoder().encode("3.5;x");
 * assert.equal(readNumber(bytes, 0, 3), 3.5);
 * assert.equal(readNumber(bytes, 4, 5), NaN);
 * ```
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && bytes[start] === SPACE) start++;
  while (end > start && bytes[end - 1] === SPACE) end--;
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let digits = 0;
  let value = 0;
  let scale = 0;
  for (let at = first; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === POINT && scale === 0) {
      scale = 1;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) return readUnusual(bytes, start, end);
    value = value * 10 + digit;
    digits++;
    if (scale > 0) scale *= 10;
  }
  if (digits === 0) return NaN;
  if (digits > EXACT_DIGITS) return readUnusual(bytes, start, end);
  // Both operands are exact integers below 2^53, so the quotient is the correctly rounded decimal.
  if (scale > 1) value /= scale;
  return negative ? -value : value;
}

/** Exponents, signs and many digits; NaN for anything that is not a decimal number. */
function readUnusual(bytes: Uint8Array, start: number, end: number): number {
  const text = decoder.decode(bytes.subarray(start, end));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}
