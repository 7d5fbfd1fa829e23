/**
 * Whether two methods differ by more than noise.
 * @module
 */
import { average, binomialError, figureOf, type MethodSummary, standardError, windowsOf } from "./summary.ts";
import type { Results } from "./types.ts";

/** A difference of two methods on one slice. */
export interface MethodDifference {
  /** First less second. */
  readonly value: number;
  /** A difference up to here, either way, is noise. */
  readonly noise: number;
  readonly beyondNoise: boolean;
}

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom; beyond that the last one is used, on the safe side. */
const STUDENT = [
  12.706,
  4.303,
  3.182,
  2.776,
  2.571,
  2.447,
  2.365,
  2.306,
  2.262,
  2.228, //
  2.201,
  2.179,
  2.160,
  2.145,
  2.131,
  2.120,
  2.110,
  2.101,
  2.093,
  2.086, //
  2.080,
  2.074,
  2.069,
  2.064,
  2.060,
  2.056,
  2.052,
  2.048,
  2.045,
  2.042, //
];

/** Standard errors of a difference that count as noise where there is one seed. */
const BINOMIAL_ERRORS = 2;

/**
 * The difference of two methods in a measure on a slice. With several seeds in common: the mean difference seed by seed, and noise is the
 * half width of its 95 % interval (Student's t). With one: noise is two standard errors of the difference of two binomial shares, which
 * ignores that both ranked the same windows. Undefined where a figure is missing.
 */
export function methodDifference(
  results: Results,
  first: MethodSummary,
  second: MethodSummary,
  slice: string,
  measure: string,
): MethodDifference | undefined {
  const [a, b] = [figureOf(results, first, slice, measure), figureOf(results, second, slice, measure)];
  if (a === undefined || b === undefined) return undefined;
  const differences = first.runs.flatMap((run) => {
    const other = second.runs.find(({ seed }) => seed === run.seed);
    const [mine, theirs] = [run.measures[slice]?.[measure], other?.measures[slice]?.[measure]];
    return mine === undefined || theirs === undefined ? [] : [mine - theirs];
  });
  if (differences.length > 1) {
    const quantile = STUDENT[Math.min(differences.length - 1, STUDENT.length) - 1] ?? Infinity;
    return judged(average(differences), quantile * standardError(differences));
  }
  const windows = windowsOf(results, slice);
  const error = Math.hypot(binomialError(a.mean, windows), binomialError(b.mean, windows));
  return judged(a.mean - b.mean, windows === 0 ? Infinity : BINOMIAL_ERRORS * error);
}

/** Rounding in results.json must not turn equal figures into different ones. */
const EQUAL = 1e-6;

const judged = (value: number, noise: number): MethodDifference => ({
  value,
  noise,
  beyondNoise: Math.abs(value) > noise + EQUAL,
});
