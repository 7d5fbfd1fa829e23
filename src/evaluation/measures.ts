/**
 * Recall, NDCG and MRR of ranks (method of full ranking with one relevant item for each window).
 * @module
 */

/** Measures by name: "Recall@10", "NDCG@10", "MRR". */
export type MeasureValues = Record<string, number>;

/**
 * What one rank contributes to a measure. With one relevant item, Recall@k is 1 inside the cut-off, NDCG@k is 1 / log2(rank + 1)
 * there (Järvelin and Kekäläinen, TOIS 2002) and both are 0 outside; the reciprocal rank is 1 / rank. A half rank is inside when it is
 * no larger than k: 10.5 misses the first ten.
 *
 * @example
 * ```ts
 * import { recall, ndcg } from "./measures.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(recall(10.5, 10), 0);
 * assert.equal(ndcg(3, 10), 0.5); // 1 / log2(4)
 * ```
 */
export function recall(rank: number, cutoff: number): number {
  return rank <= cutoff ? 1 : 0;
}

/** See {@linkcode recall}. */
export function ndcg(rank: number, cutoff: number): number {
  return rank <= cutoff ? 1 / Math.log2(rank + 1) : 0;
}

/** A measure's name and what one rank contributes to it. */
export interface Measure {
  /** E.g. "Recall@10". */
  readonly name: string;
  /** What a rank (1 is the best, halves allowed) adds to the sum over windows, in [0, 1]. */
  readonly of: (rank: number) => number;
}

/** Recall@k and NDCG@k for every cut-off, then MRR. @throws RangeError for a cut-off that is no whole number above 0 */
export function measuresFor(cutoffs: readonly number[]): readonly Measure[] {
  for (const cutoff of cutoffs) {
    if (!Number.isInteger(cutoff) || cutoff < 1) {
      throw new RangeError(`Cannot measure at cut-off ${cutoff}: wanted a whole number above 0`);
    }
  }
  return [
    ...cutoffs.map((k) => ({ name: `Recall@${k}`, of: (rank: number) => recall(rank, k) })),
    ...cutoffs.map((k) => ({ name: `NDCG@${k}`, of: (rank: number) => ndcg(rank, k) })),
    { name: "MRR", of: (rank: number) => 1 / rank },
  ];
}

/**
 * The measure named, as one rank's contribution.
 *
 * @throws RangeError for a name other than Recall@k, NDCG@k and MRR
 */
export function measureNamed(name: string): Measure {
  const [, kind, cutoff] = /^(Recall|NDCG)@([1-9]\d*)$/.exec(name) ?? [];
  const measure = kind === undefined ? measuresFor([]).find((m) => m.name === name) : measuresFor([Number(cutoff)])
    .find((m) => m.name === name);
  if (measure === undefined) {
    throw new RangeError(`Cannot measure "${name}" window by window: wanted Recall@k, NDCG@k or MRR`);
  }
  return measure;
}

/**
 * Means over windows of Recall@k, NDCG@k and the reciprocal rank. Without windows every measure is NaN: there is nothing to report.
 *
 * @param ranks 1 and above, halves allowed, any order
 * @throws RangeError for a rank below 1 or not a number
 * @example
 * ```ts
 * import { measuresFromRanks } from "./measures.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(measuresFromRanks([1, 3, 8, 20], [5]), {
 *   "Recall@5": 0.5, // two of four
 *   "NDCG@5": 0.375, // (1 + 1/2) / 4
 *   MRR: (1 + 1 / 3 + 1 / 8 + 1 / 20) / 4,
 * });
 * ```
 */
export function measuresFromRanks(ranks: ArrayLike<number>, cutoffs: readonly number[]): MeasureValues {
  checkRanks(ranks);
  return Object.fromEntries(
    measuresFor(cutoffs).map(({ name, of }) => {
      let sum = 0;
      for (let row = 0; row < ranks.length; row++) sum += of(ranks[row]!);
      return [name, sum / ranks.length];
    }),
  );
}

/**
 * The unbiased variance over windows of one measure's contributions; NaN for fewer than two windows. Divided by the number of windows it
 * is the squared standard error of the measure, windows taken as independent.
 *
 * @param name e.g. "NDCG@10"
 */
export function windowVariance(ranks: ArrayLike<number>, name: string): number {
  checkRanks(ranks);
  const { of } = measureNamed(name);
  const values = Float64Array.from(ranks, of);
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return values.length < 2 ? NaN : squares / (values.length - 1);
}

function checkRanks(ranks: ArrayLike<number>): void {
  for (let row = 0; row < ranks.length; row++) {
    if (!(ranks[row]! >= 1)) {
      throw new RangeError(`Cannot measure rank ${ranks[row]} of window ${row}: wanted 1 or more`);
    }
  }
}
