/**
 * How far a figure may lie from itself by chance.
 * @module
 */
import { binomialError, windowsOf } from "../summary.ts";
import type { Results } from "../types.ts";

/** Half the width of a 95 % interval in standard errors. */
const HALF_WIDTH = 1.96;

/**
 * One standard error of a method's measure on a slice: from its interval over users; in results without one that of a share of the
 * slice's windows, an upper bound for NDCG and MRR. Undefined for the coverage of the catalogue, which is no mean over users or
 * windows, and where nothing varies.
 */
export function figureError(
  results: Results,
  { label, slice, measure }: { readonly label: string; readonly slice: string; readonly measure: string },
  value: number,
): number | undefined {
  const evidence = results.evidence?.figures.find((each) => each.label === label && each.slice === slice);
  const [low, high] = evidence?.intervals[measure] ?? [];
  const error = low !== undefined && high !== undefined
    ? (high - low) / 2 / HALF_WIDTH
    : measure.startsWith("coverage@")
    ? 0
    : binomialError(value, windowsOf(results, slice));
  return error > 0 ? error : undefined;
}
