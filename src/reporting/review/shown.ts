/**
 * Any value of results.json in a table's cell.
 * @module
 */

/** Longer texts are cut. */
const LONGEST = 44;

/**
 * A value in a cell of a table; of a long text the beginning, of a long list the number of its entries.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([shown(0.5), shown([1, 2]), shown(undefined)], ["0.5", "[1,2]", "–"]);
 * ```
 */
export function shown(value: unknown): string {
  if (value === undefined) return "–";
  if (typeof value === "string") return value.length > LONGEST ? `${value.slice(0, 12)}…` : value;
  if (typeof value !== "object" || value === null) return String(value);
  const text = JSON.stringify(value);
  if (text.length <= LONGEST) return text;
  return Array.isArray(value) ? `${value.flat(Infinity).length} entries` : "present";
}
