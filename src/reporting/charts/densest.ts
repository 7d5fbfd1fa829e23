/**
 * Where points on a map are densest.
 * @module
 */

/** A point on a map. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * The one of the points with the most of them within `reach`, the first of several. Where points lie in two places it is in the larger one; a mean,
 * or a median of each coordinate, would be between them, where nothing is.
 *
 * @throws {RangeError} when there are no points.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const there = [{ x: 90, y: 90 }, { x: 0, y: 0 }, { x: 1, y: 0 }, { x: 2, y: 0 }];
 * assert.deepEqual(densest(there, 1.5), { x: 1, y: 0 });
 * ```
 */
export function densest<T extends Place>(points: readonly T[], reach: number): T {
  let best: T | undefined;
  let most = 0;
  for (const point of points) {
    const near = points.filter(({ x, y }) => Math.hypot(x - point.x, y - point.y) <= reach).length;
    if (near > most) [best, most] = [point, near];
  }
  if (best === undefined) throw new RangeError("Cannot find where no points are densest");
  return best;
}
