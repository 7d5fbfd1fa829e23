/**
 * Which items a window's ranking leaves out: those of its context, and never its target (method.md 9).
 * @module
 */
import type { Windows } from "../data/types.ts";
import { itemsOf, targetOf } from "../data/window_rows.ts";

/** What stands at a place of a context that leaves nothing out. */
export const NOTHING = 0;

/**
 * The items left out when a window's target is ranked, one for each place of its context: {@linkcode NOTHING} for padding, for the target, and for
 * an item that an earlier place holds already.
 *
 * @returns [context], catalogue indices.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowsOf } from "../data/window_rows.ts";
 * import { excludedItems } from "./exclusions.ts";
 *
 * // Padding, item 4, item 7 twice, item 9, which is the target too.
 * const items = Int32Array.of(0, 4, 7, 7, 9, 9);
 * const windows = windowsOf({ context: 5, users: Int32Array.of(0), items, times: new Float64Array(6) });
 * assert.deepEqual([...excludedItems(windows, 0)], [0, 4, 7, 0, 0]);
 * ```
 */
export function excludedItems(windows: Windows, row: number): Int32Array {
  const left = new Set([NOTHING, targetOf(windows, row)]);
  return itemsOf(windows, row).subarray(0, windows.context).map((item) => {
    if (left.has(item)) return NOTHING;
    left.add(item);
    return item;
  });
}
