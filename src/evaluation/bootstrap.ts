/**
 * The bootstrap over users (Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 1979): windows of one user are not
 * independent, so users are drawn, each with all its windows.
 * @module
 */
import { CountedSums, LANES } from "./counted_sums.ts";
import { fastWords } from "./fast_words.ts";

/** One slice's users, as columns of sums. */
export interface UserSums {
  /** [users], windows of each; at least 1. */
  readonly windows: Float64Array;
  /** Each [users]: the sum over a user's windows of one measure of one method, averaged over seeds. */
  readonly columns: readonly Float64Array[];
}

/** An interval's ends. */
export type Interval = readonly [low: number, high: number];

/**
 * What every column would be with other users: [columns][resamples].
 *
 * A figure of a table is a mean over windows, sum_u s_u / sum_u w_u with s_u the sum over user u's windows and w_u their number; a resample
 * draws as many users as there are, with replacement, and takes the same ratio of their sums, c_u the times user u was drawn:
 * sum_u c_u s_u / sum_u c_u w_u. So a user counts by its windows, as in the table, and is drawn whole. One resample's counts serve all columns:
 * differences of columns, resample by resample, are paired. Without users every value is NaN.
 *
 * @param seed with `purpose` names the stream of draws; equal ones give equal resamples
 * @throws RangeError when a column has another length than `windows`
 */
export function resampledMeans(
  { windows, columns }: UserSums,
  resamples: number,
  { seed = 0, purpose = "bootstrap" }: { readonly seed?: number; readonly purpose?: string } = {},
): Float64Array[] {
  const users = windows.length;
  for (const { length } of columns) {
    if (length !== users) {
      throw new RangeError(`Cannot resample users: a column of ${length} beside ${users} users, wanted one length`);
    }
  }
  const means = columns.map(() => new Float64Array(resamples).fill(NaN));
  if (users === 0) return means;
  const all = [windows, ...columns];
  const sums = all.map(() => new Float64Array(LANES));
  const counted = new CountedSums(all);
  for (let from = 0; from < resamples; from += LANES) {
    counted.draw(fastWords(seed, purpose, from / LANES));
    counted.into(sums);
    const last = Math.min(LANES, resamples - from);
    means.forEach((own, column) => {
      for (let lane = 0; lane < last; lane++) own[from + lane] = sums[column + 1]![lane]! / sums[0]![lane]!;
    });
  }
  return means;
}

/**
 * The interval between two quantiles of resampled values (the percentile interval), each read off by linear interpolation between order
 * statistics. NaN without values.
 *
 * @param level in (0, 1): .95 leaves .025 out on either side
 * @example
 * ```ts
 * import { percentileInterval } from "./bootstrap.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(percentileInterval(Float64Array.of(3, 1, 2, 5, 4), .5), [2, 4]);
 * ```
 */
export function percentileInterval(values: Float64Array, level: number): Interval {
  const sorted = values.toSorted();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const [low = NaN, high = low] = sorted.subarray(below, below + 2);
    return low + (place - below) * (high - low);
  };
  return [at((1 - level) / 2), at((1 + level) / 2)];
}
