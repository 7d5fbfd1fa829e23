/**
 * Measures of every user: users, not windows, are the unit of evidence.
 * @module
 */
import type { EvaluationSpec } from "../spec/types.ts";
import { measuresFor } from "./measures.ts";
import { ranksOf, type WindowRanks } from "./rank.ts";

/** One row for each user, as columns. */
export interface UserTable {
  /** [rows], user index, ascending. */
  readonly users: Int32Array;
  /** [rows], windows of the user. */
  readonly windows: Int32Array;
  /** By measure, [rows]: the mean over the user's windows. */
  readonly measures: Readonly<Record<string, Float64Array>>;
}

/**
 * Means of each measure over each user's windows. A user without windows has no row.
 *
 * @param ranks [windows]
 * @param users [windows], whose window each is, any order
 * @throws RangeError when the lengths differ
 * @example
 * ```ts
 * import { perUser } from "./per_user.ts";
 * import assert from "node:assert/strict";
 *
 * const { users, windows, measures } = perUser(Float64Array.of(1, 3, 30), Int32Array.of(7, 7, 2), [10]);
 * assert.deepEqual([...users], [2, 7]);
 * assert.deepEqual([...windows], [1, 2]);
 * assert.deepEqual([...measures["Recall@10"]!], [0, 1]);
 * assert.deepEqual([...measures["NDCG@10"]!], [0, 0.75]); // (1 + 1/2) / 2
 * ```
 */
export function perUser(ranks: ArrayLike<number>, users: Int32Array, cutoffs: readonly number[]): UserTable {
  if (ranks.length !== users.length) {
    throw new RangeError(
      `Cannot measure users: ${ranks.length} ranks and ${users.length} users, wanted one for each window`,
    );
  }
  const ids = Int32Array.from(new Set(users)).sort();
  const rowOf = new Map(Array.from(ids, (user, row) => [user, row]));
  const rows = Int32Array.from(users, (user) => rowOf.get(user)!);
  const windows = new Int32Array(ids.length);
  for (const row of rows) windows[row] = windows[row]! + 1;
  const measures = Object.fromEntries(
    measuresFor(cutoffs).map(({ name, of }) => {
      const sums = new Float64Array(ids.length);
      rows.forEach((row, window) => sums[row] = sums[row]! + of(ranks[window]!));
      return [name, sums.map((sum, row) => sum / windows[row]!)];
    }),
  );
  return { users: ids, windows, measures };
}

/** A user's row, as NDJSON wants it. */
export type UserRow = Record<string, number> & { readonly user: number; readonly windows: number };

/** The table row by row. */
export function* userRows(table: UserTable): Generator<UserRow> {
  const names = Object.keys(table.measures);
  for (let row = 0; row < table.users.length; row++) {
    yield {
      user: table.users[row]!,
      windows: table.windows[row]!,
      ...Object.fromEntries(names.map((name) => [name, table.measures[name]![row]!])),
    };
  }
}

/** {@linkcode perUser} from counts, row by row. @throws RangeError when lengths differ */
export function perUserMeasures(
  counts: Pick<WindowRanks, "greater" | "equal">,
  users: Int32Array,
  { cutoffs, ties }: Pick<EvaluationSpec, "cutoffs" | "ties">,
): Generator<UserRow> {
  return userRows(perUser(ranksOf(counts, ties), users, cutoffs));
}
