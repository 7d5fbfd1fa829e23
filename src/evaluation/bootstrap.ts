/**
 * The bootstrap over users (Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 1979): windows of one user are not
 * independent, so users are drawn, each with all its windows.
 * @module
 */
import { drawer } from "./fast_words.ts";

/** One slice's users, as columns of sums. */
export interface UserSums {
  /** [users], windows of each; at least 1. */
  readonly windows: Float64Array;
  /** Each [users]: the sum over a user's windows of one measure of one method, averaged over seeds. */
  readonly columns: readonly Float64Array[];
}

/** An interval's ends. */
export type Interval = readonly [low: number, high: number];

/** Resamples counted at a time: four lanes of counts beside two columns stay in the processor's registers. */
const LANES = 4;

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
  const counts = new Uint8Array(users * LANES);
  const [weight, own] = [new Float64Array(2 * LANES), new Float64Array(2 * LANES)];
  for (let from = 0; from < resamples; from += LANES) {
    counts.fill(0);
    const draw = drawer(seed, purpose, from / LANES);
    for (let lane = 0; lane < LANES; lane++) draw(counts, lane, LANES, users);
    sums(counts, windows, windows, weight);
    const last = Math.min(LANES, resamples - from);
    for (let column = 0; column < columns.length; column += 2) {
      const second = Math.min(column + 1, columns.length - 1);
      sums(counts, columns[column]!, columns[second]!, own);
      for (let lane = 0; lane < last; lane++) {
        means[column]![from + lane] = own[lane]! / weight[lane]!;
        means[second]![from + lane] = own[lane + (second > column ? LANES : 0)]! / weight[lane]!;
      }
    }
  }
  return means;
}

/** Two columns' sums under four lanes of counts, written to `out` [2 * LANES]. */
function sums(counts: Uint8Array, first: Float64Array, second: Float64Array, out: Float64Array): void {
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let user = 0, at = 0; user < first.length; user++, at += LANES) {
    const a = first[user]!;
    const b = second[user]!;
    const c0 = counts[at]!;
    const c1 = counts[at + 1]!;
    const c2 = counts[at + 2]!;
    const c3 = counts[at + 3]!;
    a0 += c0 * a;
    a1 += c1 * a;
    a2 += c2 * a;
    a3 += c3 * a;
    b0 += c0 * b;
    b1 += c1 * b;
    b2 += c2 * b;
    b3 += c3 * b;
  }
  out[0] = a0;
  out[1] = a1;
  out[2] = a2;
  out[3] = a3;
  out[4] = b0;
  out[5] = b1;
  out[6] = b2;
  out[7] = b3;
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
