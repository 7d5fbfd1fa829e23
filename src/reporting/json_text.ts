/**
 * JSON that is read as a diff: two spaces, one entry a line, lists of plain values on one line.
 * @module
 */

const INDENT = "  ";

/**
 * Text of a JSON value. Entries that are undefined are left out. Ends without a line break.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonText } from "./json_text.ts";
 *
 * assert.equal(jsonText({ a: [1, 2], b: [{ c: "x" }] }), '{\n  "a": [1, 2],\n  "b": [\n    {\n      "c": "x"\n    }\n  ]\n}');
 * ```
 */
export function jsonText(value: unknown, margin = ""): string {
  const inner = margin + INDENT;
  if (Array.isArray(value)) {
    if (value.every((entry) => entry === null || typeof entry !== "object")) {
      return `[${value.map((entry) => scalar(entry)).join(", ")}]`;
    }
    return `[\n${value.map((entry) => inner + jsonText(entry, inner)).join(",\n")}\n${margin}]`;
  }
  if (value === null || typeof value !== "object") return scalar(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${jsonText(entry, inner)}`);
  return `{\n${lines.join(",\n")}\n${margin}}`;
}

const scalar = (value: unknown): string => JSON.stringify(value) ?? "null";
