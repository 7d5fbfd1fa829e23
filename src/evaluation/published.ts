/**
 * Holding our results against figures that others published.
 * @module
 */

/** One figure, and ours beside it. */
export interface PublishedFigure {
  /** Ours, one for each seed. */
  readonly values: readonly number[];
  /** Theirs, from one seed. */
  readonly published: number;
  /** Windows both were measured on. */
  readonly windows: number;
  /** E.g. "Recall@10". */
  readonly measure: string;
  /**
   * Variance of the measure over windows (`windowVariance` of our ranks); needed for every measure but Recall, whose windows are
   * zeros and ones.
   */
  readonly windowVariance?: number;
}

/** How far ours is from theirs. */
export interface PublishedComparison {
  /** Mean over seeds. */
  readonly mean: number;
  /** Theirs, as given. */
  readonly published: number;
  /** mean - published. */
  readonly difference: number;
  /** Standard error of the difference. */
  readonly standardError: number;
  /** difference / standardError; beyond 3 in either direction the two programs differ. */
  readonly z: number;
  /** Standard deviation over our seeds; NaN with one seed. */
  readonly seedDeviation: number;
}

/**
 * The difference between our mean over seeds and a published figure, in standard errors.
 *
 * A figure from one seed errs by the choice of windows and by the seed: se1^2 = w / n + s^2, with w the variance over windows (for Recall the
 * binomial p (1 - p), p the figure itself; else `windowVariance`), n the number of windows and s^2 the unbiased variance over our seeds, taken as
 * theirs too (0 with one seed: the spread is then unknown and z too large rather than too small). The mean of m seeds errs by
 * se1^2 / m, so
 *
 * se^2 = se_theirs^2 + se_ours^2 / m.
 *
 * Both programs see the same windows, so their window errors partly cancel: for closely agreeing programs z is conservative.
 * Without any error (all windows right or wrong) z is 0 for equal figures and infinite for others.
 *
 * @throws RangeError without values, for windows below 1, or where a measure other than Recall comes without `windowVariance`
 * @example
 * ```ts
 * import { compareWithPublished } from "./published.ts";
 * import assert from "node:assert/strict";
 *
 * // One seed, no spread: the errors are sqrt(.1 * .9 / 900) = .01 and, for .12, sqrt(.12 * .88 / 900) = .01083.
 * const { z } = compareWithPublished({ values: [0.12], published: 0.1, windows: 900, measure: "Recall@10" });
 * assert.equal(z.toFixed(3), "1.357"); // .02 / sqrt(.0001 + .00011733)
 * ```
 */
export function compareWithPublished(figure: PublishedFigure): PublishedComparison {
  const { values, published, windows, measure, windowVariance } = figure;
  const seeds = values.length;
  if (seeds === 0 || !(windows >= 1)) {
    throw new RangeError(
      `Cannot compare ${measure}: ${seeds} values on ${windows} windows, wanted at least one of each`,
    );
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  const spread = seeds < 2 ? NaN : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
  const seedVariance = seeds < 2 ? 0 : spread;
  const oneSeed = (value: number) => overWindows(measure, value, windowVariance) / windows + seedVariance;
  const difference = mean - published;
  const standardError = Math.sqrt(oneSeed(published) + oneSeed(mean) / seeds);
  const z = difference === 0 ? 0 : difference / standardError;
  return { mean, published, difference, standardError, z, seedDeviation: Math.sqrt(spread) };
}

/** Variance of a measure over windows. */
function overWindows(measure: string, value: number, windowVariance: number | undefined): number {
  if (measure.startsWith("Recall@")) return value * (1 - value);
  if (windowVariance === undefined || !(windowVariance >= 0)) {
    throw new RangeError(
      `Cannot compare ${measure}: its variance over windows is ${windowVariance}, wanted a number from 0`,
    );
  }
  return windowVariance;
}
