/**
 * Positives that repeat one another, or whose order their times leave open.
 * @module
 */
import type { UserRows } from "./positives.ts";
import type { Interactions } from "./types.ts";

/** How often the protocol's rules for ties and repeats were used. */
export interface Repeats {
  /** Positives with the same user and time as the one before: the file's order decides between them. */
  readonly ties: number;
  /** Of these, positives with the same user, item and time as an earlier one. */
  readonly repeats: number;
}

/** Runs of equal times up to this length are compared pair by pair. */
const SHORT = 32;

/**
 * Counts ties and repeats.
 *
 * @param positives Every user's positives in time order.
 */
export function countRepeats({ users, offsets, rows }: UserRows, { items, times }: Interactions): Repeats {
  let ties = 0;
  let repeats = 0;
  for (let user = 0; user < users.length; user++) {
    const end = offsets[user + 1]!;
    for (let from = offsets[user]!; from < end;) {
      let to = from + 1;
      while (to < end && times[rows[to]!] === times[rows[from]!]) to++;
      ties += to - from - 1;
      if (to - from > 1) repeats += to - from - distinctItems(rows, items, from, to);
      from = to;
    }
  }
  return { ties, repeats };
}

function distinctItems(rows: Int32Array, items: Int32Array, from: number, to: number): number {
  if (to - from > SHORT) return new Set(Array.from(rows.subarray(from, to), (row) => items[row]!)).size;
  let distinct = 0;
  for (let place = from; place < to; place++) {
    let earlier = from;
    while (earlier < place && items[rows[earlier]!] !== items[rows[place]!]) earlier++;
    if (earlier === place) distinct++;
  }
  return distinct;
}

/** What was done about them, a sentence each. */
export function repeatNotes({ ties, repeats }: Repeats, positives: number): string[] {
  return [
    ...(ties === 0
      ? []
      : [`${ties} of ${positives} positives share user and time with the one before; they keep the file's order.`]),
    ...(repeats === 0
      ? []
      : [`${repeats} of ${positives} positives repeat an earlier one (same user, item and time); they are kept.`]),
  ];
}
