/**
 * Time gaps between the items of a sequence, in buckets on a logarithmic scale (method.md 3).
 *
 * Gaps are worked out in plain numbers: today's seconds since 1970 lie 128 s apart in float32.
 * @module
 */

/** What buckets there are. */
export interface GapBuckets {
  /** How many; longer gaps share the last one. */
  readonly timeBuckets: number;
  /** Longer gaps count as this many days. */
  readonly maxGapDays: number;
}

const DAY = 86_400;

/**
 * The bucket of a gap of `seconds`: 0 for none, else 1 + floor(log2(seconds)), where less than a second counts as one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gapBucket } from "./time_gaps.ts";
 * const buckets = { timeBuckets: 64, maxGapDays: 60 };
 * assert.deepEqual([0, 0.5, 1, 2, 3, 4].map((seconds) => gapBucket(seconds, buckets)), [0, 1, 1, 2, 2, 3]);
 * assert.equal(gapBucket(1e9, buckets), gapBucket(60 * 86_400, buckets));
 * ```
 */
export function gapBucket(seconds: number, { timeBuckets, maxGapDays }: GapBuckets): number {
  if (seconds <= 0) return 0;
  const clamped = Math.min(seconds, maxGapDays * DAY);
  return Math.min(timeBuckets - 1, 1 + Math.floor(Math.log2(Math.max(clamped, 1))));
}

/**
 * Buckets of the gaps between all pairs of a sequence's places, [rows, time, time], from `times` [rows, time] in seconds. The order of a pair
 * makes no difference. Pairs with padding have a bucket too, which no model reads.
 */
export function gapBuckets(times: Float64Array, rows: number, time: number, buckets: GapBuckets): Int32Array {
  const result = new Int32Array(rows * time * time);
  for (let row = 0; row < rows; row++) {
    for (let query = 0; query < time; query++) {
      for (let key = 0; key < query; key++) {
        const bucket = gapBucket(Math.abs(times[row * time + query]! - times[row * time + key]!), buckets);
        result[(row * time + query) * time + key] = bucket;
        result[(row * time + key) * time + query] = bucket;
      }
    }
  }
  return result;
}
