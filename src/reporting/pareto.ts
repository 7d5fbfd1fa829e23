/**
 * Which methods no other one beats: the Pareto front of retention and adaptation.
 * @module
 */
import { figureOf, methodSummaries, type MethodSummary } from "./summary.ts";
import { sawEvaluated } from "./suspicions.ts";
import type { Results } from "./types.ts";

/** Two figures of something, both the better the larger. */
export interface Pair {
  readonly x: number;
  readonly y: number;
}

/**
 * The points that no other one beats, from the least x to the greatest: one beats another that is nowhere larger and somewhere smaller.
 * Equal points beat each other not; of no points there is no front.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { paretoFront } from "./pareto.ts";
 *
 * const points = [{ x: 3, y: 1 }, { x: 1, y: 2 }, { x: 1, y: 1 }];
 * assert.deepEqual(paretoFront(points), [{ x: 1, y: 2 }, { x: 3, y: 1 }]);
 * ```
 */
export function paretoFront<Point extends Pair>(points: readonly Point[]): Point[] {
  const beats = (a: Pair, b: Pair) => a.x >= b.x && a.y >= b.y && (a.x > b.x || a.y > b.y);
  return points.filter((point) => !points.some((other) => beats(other, point))).sort((a, b) => a.x - b.x);
}

/** A method with its mean on S (x) and on T (y) in the measure of the report. */
export interface MethodPair extends Pair {
  readonly method: MethodSummary;
}

/** The methods on the front, from the least kept to the most; never one that saw what it is tested on. */
export function methodFront(results: Results): MethodPair[] {
  const { measure } = results.spec.report;
  const discounted = sawEvaluated(results);
  return paretoFront(
    methodSummaries(results).filter(({ label }) => !discounted.includes(label)).flatMap((method) => {
      const [s, t] = [figureOf(results, method, "S", measure), figureOf(results, method, "T", measure)];
      return s === undefined || t === undefined ? [] : [{ method, x: s.mean, y: t.mean }];
    }),
  );
}
