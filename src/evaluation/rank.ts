/**
 * Ranks from counts, and a plain-number reference ranker.
 * @module
 */

/** Which place a target takes among items of its very score. */
export type Ties = "optimistic" | "pessimistic" | "mean";

/** What ranking counted for every window, and whose windows they are. */
export interface WindowRanks {
  /** [windows]: items that score higher than the target, excluded items left out. */
  readonly greater: Int32Array;
  /** [windows]: other items with the target's very score, excluded items left out. */
  readonly equal: Int32Array;
  /** [windows]: user index. */
  readonly users: Int32Array;
}

/**
 * The rank of a target, 1 for the best: 1 + greater when ties count for it (`optimistic`), 1 + greater + equal when they count
 * against it (`pessimistic`), and the mean of both, which may be a half, for `mean` (the expected rank under a random order of the
 * tied items).
 *
 * @example
 * ```ts
 * import { rank } from "./rank.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rank(2, 3, "optimistic"), 3);
 * assert.equal(rank(2, 3, "pessimistic"), 6);
 * assert.equal(rank(2, 3, "mean"), 4.5);
 * ```
 */
export function rank(greater: number, equal: number, ties: Ties): number {
  switch (ties) {
    case "optimistic":
      return 1 + greater;
    case "pessimistic":
      return 1 + greater + equal;
    case "mean":
      return 1 + greater + equal / 2;
  }
}

/**
 * The rank of every window, [windows].
 *
 * @throws RangeError when the counts differ in length
 */
export function ranksOf({ greater, equal }: Pick<WindowRanks, "greater" | "equal">, ties: Ties): Float64Array {
  if (greater.length !== equal.length) {
    throw new RangeError(`Cannot rank: ${greater.length} counts of higher items and ${equal.length} of equal ones`);
  }
  return Float64Array.from(greater, (above, row) => rank(above, equal[row]!, ties));
}

/**
 * Counts for one window by looking at every item: the reference the device's counting is held to, O(items).
 *
 * @param scores [items]
 * @param target index of the target in `scores`
 * @param excluded indices left out of the count; repeats count once, and the target is never left out
 * @throws RangeError for a target outside the scores, or a score that is NaN, excluded items' included
 */
export function countsOf(
  scores: ArrayLike<number>,
  target: number,
  excluded: Iterable<number> = [],
): { greater: number; equal: number } {
  const own = scores[target];
  if (own === undefined || Number.isNaN(own)) {
    throw new RangeError(`Cannot rank item ${target}: its score is ${own}, wanted a number`);
  }
  const left = new Set(excluded);
  let greater = 0, equal = 0;
  for (let item = 0; item < scores.length; item++) {
    if (Number.isNaN(scores[item])) {
      throw new RangeError(`Cannot rank item ${target}: the score of item ${item} is NaN, wanted a number`);
    }
    if (item === target || left.has(item)) continue;
    if (scores[item]! > own) greater++;
    else if (scores[item] === own) equal++;
  }
  return { greater, equal };
}

/**
 * The rank of a target among all items but the excluded ones.
 *
 * @throws RangeError as {@linkcode countsOf}
 * @example
 * ```ts
 * import { rankOf } from "./rank.ts";
 * import assert from "node:assert/strict";
 *
 * // Item 0 is better but excluded; item 3 ties.
 * assert.equal(rankOf([0.9, 0.5, 0.7, 0.5], 1, [0], "pessimistic"), 3);
 * ```
 */
export function rankOf(scores: ArrayLike<number>, target: number, excluded: Iterable<number>, ties: Ties): number {
  const { greater, equal } = countsOf(scores, target, excluded);
  return rank(greater, equal, ties);
}
