/**
 * The items a model can recommend.
 * @module
 */
import type { Catalogue } from "./types.ts";

/** A catalogue and the way into it. */
export interface CatalogueIndex {
  readonly catalogue: Catalogue;
  /** [items of Interactions], catalogue index 1..size, 0 for items outside. */
  readonly index: Int32Array;
}

/**
 * Numbers the marked items from 1. Where all their raw ids are whole numbers they are numbered in ascending order, so that the order of
 * the file does not matter; otherwise in order of first appearance.
 *
 * @param itemIds [items], raw ids.
 * @param seen [items], 1 for items of the catalogue.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { numberItems } from "./catalogue.ts";
 *
 * const { catalogue, index } = numberItems(["30", "4", "17"], Uint8Array.of(1, 1, 0));
 * assert.deepEqual(catalogue.ids, ["", "4", "30"]);
 * assert.deepEqual([...index], [2, 1, 0]);
 * ```
 */
export function numberItems(itemIds: readonly string[], seen: Uint8Array): CatalogueIndex {
  const items: number[] = [];
  for (let item = 0; item < itemIds.length; item++) if (seen[item] === 1) items.push(item);
  if (items.every((item) => /^\d+$/.test(itemIds[item]!))) items.sort((a, b) => compareWhole(itemIds[a]!, itemIds[b]!));
  const index = new Int32Array(itemIds.length);
  items.forEach((item, place) => index[item] = place + 1);
  return { catalogue: { size: items.length, ids: ["", ...items.map((item) => itemIds[item]!)] }, index };
}

/** By value, however many digits; "7" before "07", which are different items. */
function compareWhole(a: string, b: string): number {
  const left = a.replace(/^0+(?=\d)/, "");
  const right = b.replace(/^0+(?=\d)/, "");
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : a.length - b.length);
}
