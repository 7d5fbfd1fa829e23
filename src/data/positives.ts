/**
 * Positives by user, in time order.
 * @module
 */
import type { Interactions } from "./types.ts";

/** Ragged rows of interaction indices, one row a user. */
export interface UserRows {
  /** [users], user index of Interactions, ascending. */
  readonly users: Int32Array;
  /** [users + 1], borders of the rows in `rows`. */
  readonly offsets: Int32Array;
  /** Indices into the columns of Interactions. */
  readonly rows: Int32Array;
}

/**
 * Every user's positives, sorted by time, ties in file order. A positive is a row rated at least `minRating`; without ratings every
 * row is one. Linear in the rows, but for sorting the users whose rows are not in order already.
 */
export function positivesByUser(interactions: Interactions, minRating: number): UserRows {
  const { count, users, ratings, times } = interactions;
  // Ratings are kept in single precision: a 3.3 is not below a minRating of 3.3.
  const least = Math.fround(minRating);
  const sizes = new Int32Array(interactions.userIds.length);
  let positives = 0;
  for (let row = 0; row < count; row++) {
    if (ratings !== undefined && !(ratings[row]! >= least)) continue;
    sizes[users[row]!]!++;
    positives++;
  }
  const present = sizes.reduce((sum, size) => sum + (size > 0 ? 1 : 0), 0);
  const names = new Int32Array(present);
  const offsets = new Int32Array(present + 1);
  const next = new Int32Array(sizes.length);
  let at = 0;
  for (let user = 0; user < sizes.length; user++) {
    if (sizes[user] === 0) continue;
    names[at] = user;
    next[user] = offsets[at]!;
    offsets[at + 1] = offsets[at]! + sizes[user]!;
    at++;
  }
  const rows = new Int32Array(positives);
  for (let row = 0; row < count; row++) {
    if (ratings !== undefined && !(ratings[row]! >= least)) continue;
    rows[next[users[row]!]!++] = row;
  }
  for (let index = 0; index < present; index++) sortByTime(rows.subarray(offsets[index], offsets[index + 1]), times);
  return { users: names, offsets, rows };
}

/** The part of every row with `from <= time < to`; users without any are left out. */
export function rowsBetween(all: UserRows, times: Float64Array, from: number, to: number): UserRows {
  const rows = new Int32Array(all.rows.length);
  const users = new Int32Array(all.users.length);
  const offsets = new Int32Array(all.users.length + 1);
  let present = 0;
  let at = 0;
  for (let index = 0; index < all.users.length; index++) {
    const before = at;
    for (let place = all.offsets[index]!; place < all.offsets[index + 1]!; place++) {
      const time = times[all.rows[place]!]!;
      if (time >= from && time < to) rows[at++] = all.rows[place]!;
    }
    if (at === before) continue;
    users[present++] = all.users[index]!;
    offsets[present] = at;
  }
  return { users: users.slice(0, present), offsets: offsets.slice(0, present + 1), rows: rows.slice(0, at) };
}

/** Sorts row indices in ascending file order by time, keeping file order among ties. */
function sortByTime(rows: Int32Array, times: Float64Array): void {
  for (let place = 1; place < rows.length; place++) {
    if (times[rows[place - 1]!]! <= times[rows[place]!]!) continue;
    rows.sort((a, b) => times[a]! - times[b]! || a - b);
    return;
  }
}
