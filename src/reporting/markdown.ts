/**
 * Markdown from names that nobody has vetted: nothing in them is taken for a table, a link, a heading, a formula or HTML.
 * @module
 */

import { seen } from "../spec/shown_text.ts";

/** Characters with a meaning somewhere in GitHub's Markdown; a backslash takes it away. */
const SPECIAL = /[\\`*_[\]{}<>|~#!$^]/g;

/**
 * A name or sentence as plain text on one line; at the beginning of one it is no list. Of what GitHub does unasked one thing stays, since
 * no escape prevents it: a mail address becomes a link to itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { plain } from "./markdown.ts";
 *
 * assert.equal(plain("a|b\n<img> [x](y)"), "a\\|b \\<img\\> \\[x\\](y)");
 * ```
 */
export function plain(text: string): string {
  return seen(text)
    .replace(SPECIAL, "\\$&")
    .replace(/^(\d+(?=[.)](?:\s|$))|(?=-|\+(?:\s|$)))/, "$1\\")
    .replaceAll("&", "&amp;")
    // Addresses become links without being asked to.
    .replace(/:(?=\/\/)/g, "\\:")
    .replace(/(www|ftp)\./gi, "$1\\.");
}

/**
 * A value as code: paths, versions, digests. A vertical bar is escaped, since tables split at it even inside code.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { code } from "./markdown.ts";
 *
 * assert.equal(code("a`b"), "`` a`b ``");
 * ```
 */
export function code(text: string): string {
  const clean = seen(text).replaceAll("|", "\\|");
  if (clean === "") return "";
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${clean}${fence}` : `${fence} ${clean} ${fence}`;
}

/** Text in bold; `text` is Markdown already. */
export const bold = (text: string): string => `**${text}**`;

/** Which side a column keeps to. */
export type Align = "left" | "right";

/**
 * A table, one row a line. Cells are Markdown already; there is at least one column.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { table } from "./markdown.ts";
 *
 * assert.equal(table([["Method", "left"], ["T", "right"]], [["base", "0.1"]]), "| Method | T |\n|:--|--:|\n| base | 0.1 |");
 * ```
 */
export function table(columns: readonly (readonly [string, Align])[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = `|${columns.map(([, align]) => align === "left" ? ":--" : "--:").join("|")}|`;
  return [line(columns.map(([title]) => title)), rule, ...rows.map(line)].join("\n");
}

/** Blocks that a reader unfolds; the title is Markdown already. */
export const folded = (title: string, blocks: readonly string[]): string[] => [
  `<details>\n<summary>${title}</summary>`,
  ...blocks,
  "</details>",
];

/** Names in a row: "a", "a and b", "a, b and c". */
export function series(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** More names than this are counted. */
const NAMED = 4;

/**
 * Names in a row, of many the first three and a count.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { few } from "./markdown.ts";
 *
 * assert.equal(few(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
 * ```
 */
export const few = (parts: readonly string[]): string =>
  parts.length <= NAMED ? series(parts) : series([...parts.slice(0, NAMED - 1), `${parts.length - NAMED + 1} more`]);
