/**
 * Numbers as a report writes them: fixed digits, whatever the machine's language.
 * @module
 */

/** A narrow space that no line breaks at, between thousands. */
const THIN = "\u202f";

/** A real minus, as wide as a digit. */
const MINUS = "\u2212";

/**
 * A count with thin separators.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { count } from "./numbers.ts";
 *
 * assert.equal(count(1234567), "1\u202f234\u202f567");
 * ```
 */
export function count(value: number): string {
  const [whole = "", rest] = Math.abs(value).toFixed(Number.isInteger(value) ? 0 : 1).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
  return (value < 0 ? MINUS : "") + (rest === undefined ? grouped : `${grouped}.${rest}`);
}

/**
 * A sentence written elsewhere, its long numbers with thin separators: five digits or more that stand alone. A year has four.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { grouped } from "./numbers.ts";
 *
 * assert.equal(grouped("F1: 23075 sequences since 2019"), "F1: 23\u202f075 sequences since 2019");
 * ```
 */
export const grouped = (sentence: string): string =>
  sentence.replace(/(?<=^|[\s(])\d{5,15}(?=$|[\s),;:]|[.](?:\s|$))/g, (digits) => count(Number(digits)));

/** A number with so many decimals. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A measure between 0 and 1: four decimals. */
export const measure = (value: number): string => fixed(value, 4);

/** A difference of measures, always with its sign. */
export const signed = (value: number, decimals = 4): string => {
  const text = fixed(value, decimals);
  return text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
};

/**
 * A p: four decimals below 0.1, where it matters, two above.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pWords } from "./numbers.ts";
 *
 * assert.deepEqual([.2345, .012, .0004, .00003].map(pWords), ["p = 0.23", "p = 0.0120", "p = 0.0004", "p below 0.0001"]);
 * ```
 */
export function pWords(p: number): string {
  if (p < 1e-4) return "p below 0.0001";
  return `p = ${fixed(p, p >= .1 ? 2 : 4)}`;
}

/** Radians as degrees with one decimal. */
export const degrees = (radians: number): string => `${fixed(radians * 180 / Math.PI, 1)}°`;

/** A share as a whole percentage. */
export const percent = (share: number): string => `${fixed(share * 100, 0)}\u202f%`;

/** A number of things: "1 seed", "3 seeds". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Seeds by number: "seed 1", "seeds 1, 2". */
export const seedWords = (seeds: readonly number[]): string =>
  `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
