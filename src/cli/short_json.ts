/**
 * JSON on a terminal: what fits a line stands on one.
 * @module
 */

const WIDTH = 100;
const INDENT = "  ";

/**
 * Text of a JSON value; lists and objects are broken into a line an entry only where they are too long. Ends without a line break.
 *
 * @param lead Characters on the line before the value.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shortJson } from "./short_json.ts";
 * assert.equal(shortJson({ name: "a", seeds: [1, 2] }), '{ "name": "a", "seeds": [1, 2] }');
 * ```
 */
export function shortJson(value: unknown, margin = "", lead = margin.length): string {
  const flat = flatText(value);
  if (lead + flat.length <= WIDTH || value === null || typeof value !== "object") return flat;
  const inner = margin + INDENT;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const lines = entriesOf(value).map(([name, entry]) => inner + name + shortJson(entry, inner, (inner + name).length));
  return `${open}\n${lines.join(",\n")}\n${margin}${close}`;
}

function flatText(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const parts = entriesOf(value).map(([name, entry]) => name + flatText(entry)).join(", ");
  if (Array.isArray(value)) return `[${parts}]`;
  return parts === "" ? "{}" : `{ ${parts} }`;
}

/** Entries with what stands before each; fields that are undefined are none. */
function entriesOf(value: object): (readonly [before: string, entry: unknown])[] {
  if (Array.isArray(value)) return value.map((entry) => ["", entry]);
  return Object.entries(value).filter(([, entry]) => entry !== undefined)
    .map(([name, entry]) => [`${JSON.stringify(name)}: `, entry]);
}
