/**
 * Small turns of phrase for a spec in words.
 * @module
 */

/** A number of things: `1 epoch`, `3 epochs`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** A share of one as a percentage. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(6))} %`;

/** `1st`, `2nd`, `11th`. */
export function ordinal(number: number): string {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  const ending = teen ? "th" : { 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th";
  return `${number}${ending}`;
}

/** `a, b and c`. */
export function series(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
