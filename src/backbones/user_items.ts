/**
 * Every user's items, in one array: a set for each user would take many times as much.
 * @module
 */
import type { UserSequences } from "../data/types.ts";

/** What is asked of a set of items. */
export type ItemSet = Pick<ReadonlySet<number>, "has" | "size"> & Iterable<number>;

/**
 * The different items of each user.
 *
 * @returns a user's, or undefined for one without any.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { userItems } from "./user_items.ts";
 * const [users, offsets] = [Int32Array.of(3, 8), Int32Array.of(0, 3, 4)];
 * const itemsOf = userItems({ users, offsets, items: Int32Array.of(9, 5, 9, 6), times: new Float64Array(4) });
 * assert.deepEqual([itemsOf(3)?.size, itemsOf(3)?.has(5), itemsOf(3)?.has(6), itemsOf(4)], [2, true, false, undefined]);
 * ```
 */
export function userItems({ users, offsets, items }: UserSequences): (user: number) => ItemSet | undefined {
  const sorted = new Int32Array(items.length);
  const ends = new Int32Array(users.length);
  const places = new Int32Array((users.at(-1) ?? -1) + 1);
  for (let index = 0; index < users.length; index++) {
    const own = items.slice(offsets[index], offsets[index + 1]).sort();
    let end = offsets[index]!;
    own.forEach((item, place) => {
      if (place === 0 || item !== own[place - 1]) sorted[end++] = item;
    });
    ends[index] = end;
    places[users[index]!] = index + 1;
  }
  return (user) => {
    const index = (places[user] ?? 0) - 1;
    return index < 0 ? undefined : new SortedItems(sorted.subarray(offsets[index], ends[index]));
  };
}

/** A set over an ascending array. */
class SortedItems implements ItemSet {
  constructor(readonly items: Int32Array) {}

  get size(): number {
    return this.items.length;
  }

  [Symbol.iterator](): Iterator<number> {
    return this.items.values();
  }

  has(item: number): boolean {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle]! < item) low = middle + 1;
      else high = middle;
    }
    return this.items[low] === item;
  }
}
