/**
 * Text that nobody has vetted, made fit to be shown: cut, on one line, without what a terminal or a reader cannot see.
 * @module
 */

/** Control and direction characters, line and paragraph separators: they move a cursor, hide, or turn round what follows. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Runs of these, and of spaces. */
const GAPS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/**
 * What a reader sees of a text: one line, gaps of any kind as one space, none at either end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(seen(" a\u202e\n b\u200b "), "a b");
 * ```
 */
export function seen(text: string): string {
  return text.replace(GAPS, " ").trim();
}

/**
 * A text with every character written out that a terminal would act upon, and halves of characters that are no text; of these, the
 * ones in `kept` stay.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(writtenOut("a\x1b[31m\u202eb"), "a\\u001b[31m\\u202eb");
 * assert.equal(writtenOut("two\nlines\r", "\n"), "two\nlines\\u000d");
 * ```
 */
export function writtenOut(text: string, kept = ""): string {
  return text.replace(UNSEEN, (character) => kept.includes(character) ? character : escape(character))
    .replace(/\p{Cs}/gu, escape);
}

/**
 * A text of at most `most` characters, its end cut off if need be; no character is cut in two.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(shortened("abcdefgh", 6), "abc...");
 * assert.equal(shortened("ab😀defgh", 6), "ab...");
 * ```
 */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most - 3).replace(/[\ud800-\udbff]$/, "") + "...";
}

function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
