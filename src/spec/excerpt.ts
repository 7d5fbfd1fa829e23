/**
 * Lines, columns, and the lines around a place with a caret under it.
 * @module
 */

/** Wider lines are cut around the caret. */
const WIDTH = 100;

/** A text cut into lines at \n, \r\n and \r, with the offset at which each begins. */
export interface Lines {
  readonly text: string;
  readonly starts: readonly number[];
}

/** Finds where lines begin. */
export function linesOf(text: string): Lines {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return { text, starts };
}

/** Line and column of an offset, both from 1; a tab is one column. */
export function positionAt(lines: Lines, offset: number): { line: number; column: number } {
  let low = 0;
  let high = lines.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lines.starts[low] ?? 0) + 1 };
}

/**
 * The line at an offset with up to two before and one after it, and carets under the `length` characters that begin there.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(excerptAt(linesOf('{\n  "k": "x"\n}'), 9, 3), ["1 | {", '2 |   "k": "x"', "  |        ^^^", "3 | }"]);
 * ```
 */
export function excerptAt(lines: Lines, offset: number, length: number): string[] {
  const { line, column } = positionAt(lines, offset);
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.starts.length, line + 1);
  const gutter = String(last).length;
  const cut = column > WIDTH - 20 ? column - 40 : 0;
  const shown: string[] = [];
  for (let at = first; at <= last; at++) {
    const [start, end] = bordersOf(lines, at);
    shown.push(`${String(at).padStart(gutter)} | ${window(lines.text, start, end, cut)}`.trimEnd());
    if (at !== line) continue;
    const room = Math.min(end - start, cut + WIDTH) - column + 1;
    const carets = "^".repeat(Math.max(1, Math.min(length, room)));
    shown.push(`${" ".repeat(gutter)} | ${" ".repeat(column - 1 - cut + (cut > 0 ? 3 : 0))}${carets}`);
  }
  return shown;
}

/** Where a line begins and ends, its line break left out. */
function bordersOf({ text, starts }: Lines, line: number): [number, number] {
  const start = starts[line - 1] ?? 0;
  let end = starts[line] ?? text.length;
  while (end > start && /[\r\n]/.test(text[end - 1] ?? "")) end--;
  return [start, end];
}

/** What is shown of a line that begins and ends at these offsets, from its column `cut` on. */
function window(text: string, start: number, end: number, cut: number): string {
  const from = Math.min(start + cut, end);
  const to = Math.min(from + WIDTH, end);
  // Tabs, control and direction characters would move the caret or the terminal's cursor; so would halves of characters.
  const part = text.slice(from, to).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ({ length }) => " ".repeat(length));
  return `${cut > 0 ? "..." : ""}${part}${to < end ? "..." : ""}`;
}
