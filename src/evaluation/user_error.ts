/**
 * Standard error of a mean over windows where users are the unit.
 * @module
 */
import type { UserTable } from "./per_user.ts";

/**
 * Standard error of m = sum_u w_u x_u / sum_u w_u, x_u user u's mean over w_u windows: sqrt(sum_u (w_u (x_u - m))^2) / sum_u w_u, the
 * linearised error of a ratio of sums over clusters (Cochran, Sampling Techniques, 1977, section 2.11, users drawn with replacement). Windows of a
 * user hang together, so that it is larger than that of as many independent windows. NaN without windows.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { errorOverUsers } from "./user_error.ts";
 *
 * // Means .5 and 1 over two windows and one: m = 2/3, deviations 2 (-1/6) and 1/3, their root sum of squares .4714 over three windows.
 * const table = { users: Int32Array.of(0, 1), windows: Int32Array.of(2, 1), measures: { MRR: Float64Array.of(.5, 1) } };
 * assert.equal(errorOverUsers(table, "MRR").toFixed(6), "0.157135");
 * ```
 */
export function errorOverUsers({ windows, measures }: UserTable, measure: string): number {
  const means = measures[measure];
  if (means === undefined) return NaN;
  let total = 0, sum = 0;
  windows.forEach((count, user) => {
    total += count;
    sum += count * means[user]!;
  });
  const mean = sum / total;
  let squares = 0;
  windows.forEach((count, user) => squares += (count * (means[user]! - mean)) ** 2);
  return Math.sqrt(squares) / total;
}
