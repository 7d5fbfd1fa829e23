/**
 * How many scores over a catalogue are held at a time, in training and in ranking.
 *
 * Blocks are of one size whatever memory there is, so that products have the same shapes and sums the same order: what a memory setting changes is
 * how many of them are worked on at once, never a result.
 * @module
 */
import type { Tensor } from "../tfjs.ts";

/** Scores of a block, at most: 16 MiB of float32. */
export const SCORES_AT_ONCE = 2 ** 22;

/** MiB that a block takes with what is made of it while it is there: exponentials and shares, or comparisons and counts. */
export const BLOCK_MEBIBYTES = 64;

/**
 * Blocks that are held at a time in so many MiB, at least 1.
 *
 * @example
 * ```ts
 * import { blocksHeld } from "./score_blocks.ts";
 * console.assert(blocksHeld(64) === 1 && blocksHeld(200) === 3);
 * ```
 */
export const blocksHeld = (mebibytes: number): number => Math.max(1, Math.floor(mebibytes / BLOCK_MEBIBYTES));

/** How rows that are scored over a whole catalogue come in blocks. */
export interface RowBlocks {
  /** Blocks held at a time; left out: 1. */
  readonly held?: number | undefined;
  /** Whether nobody asks for a gradient by the catalogue's rows, which a block then does not wait for: a graph would have to make it. */
  readonly frozenRows?: boolean | undefined;
  /** Rows of a block; left out: as many as {@linkcode SCORES_AT_ONCE} has room for. */
  readonly blockRows?: number | undefined;
}

/**
 * Disposes tensors of the block that `held` later ones have followed: in a graph none waits for them any more.
 *
 * @param passed Of every block so far; sums that a later block has taken over are another tensor there.
 */
export function forget(passed: readonly (readonly Tensor[])[], held: number): void {
  const [old, next] = [passed.at(-1 - held), passed.at(-held)];
  for (const tensor of old ?? []) if (!next!.includes(tensor)) tensor.dispose();
}

/** Least items of a block: thinner products take longer than they save. */
const LEAST_ITEMS = 64;

/** Columns [from, from + size) of scores. */
export interface ItemRange {
  /** Items before the first. */
  readonly from: number;
  /** Items in it. */
  readonly size: number;
}

/**
 * The catalogue's items in blocks of which `rows` rows have no more than {@linkcode SCORES_AT_ONCE} scores. An item left over by itself joins the
 * block before it: the product with a single column is another kernel, whose bits differ from those of the whole product.
 *
 * @param size Items of a block; chosen by the rows when left out.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { itemBlocks } from "./score_blocks.ts";
 * assert.deepEqual(itemBlocks(7, 512, 3), [{ from: 0, size: 3 }, { from: 3, size: 4 }]);
 * assert.equal(itemBlocks(100_000, 512).length, 13);
 * ```
 */
export function itemBlocks(
  items: number,
  rows: number,
  size = Math.max(LEAST_ITEMS, Math.floor(SCORES_AT_ONCE / rows)),
): readonly ItemRange[] {
  const blocks: ItemRange[] = [];
  for (let from = 0; from < items;) {
    const left = items - from;
    const taken = left <= size + 1 ? left : size;
    blocks.push({ from, size: taken });
    from += taken;
  }
  return blocks;
}
