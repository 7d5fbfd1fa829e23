/**
 * How two methods differ, and whether a test over users calls that significant.
 * @module
 */
import type { Interval } from "../evaluation/bootstrap.ts";
import type { DifferenceEvidence } from "../evaluation/evidence.ts";
import { SIGNIFICANT } from "../spec/evidence_checks.ts";
import { pWords, signed } from "./numbers.ts";
import { figureOf, type MethodSummary } from "./summary.ts";
import type { Results } from "./types.ts";

/** A difference of two methods on one slice. */
export interface MethodDifference {
  /** First less second; tested ones are over the seeds that both have. */
  readonly value: number;
  /** Of the test, where the two were tested against each other. */
  readonly test?: {
    /** Over users, 95 %. */
    readonly interval: Interval;
    /** Holm-corrected. */
    readonly p: number;
    readonly significant: boolean;
  };
}

/** The difference of two methods in the measure of the report, either way round. Undefined where a figure is missing. */
export function methodDifference(
  results: Results,
  first: MethodSummary,
  second: MethodSummary,
  slice: string,
): MethodDifference | undefined {
  const { measure } = results.spec.report;
  const { differences = [], best = [] } = results.evidence ?? {};
  // A pair that stands in both lists is judged by the table a reader sees.
  const tested = (label: string, to: string) => (each: DifferenceEvidence) =>
    each.slice === slice && each.label === label && each.to === to;
  for (const list of [differences, best]) {
    const there = list.find(tested(first.label, second.label));
    const found = there ?? list.find(tested(second.label, first.label));
    const [value, interval] = [found?.values[measure], found?.intervals[measure]];
    if (found === undefined || value === undefined || interval === undefined) continue;
    const test = { p: found.pHolm, significant: found.pHolm < SIGNIFICANT };
    const [low, high] = interval;
    return there === undefined
      ? { value: -value, test: { ...test, interval: [-high, -low] } }
      : { value, test: { ...test, interval } };
  }
  const [a, b] = [figureOf(results, first, slice, measure), figureOf(results, second, slice, measure)];
  return a === undefined || b === undefined ? undefined : { value: a.mean - b.mean };
}

/** "+0.0033, 95 % interval −0.0020 to +0.0086, not significant, p = 0.21". */
export function distance({ value, test }: MethodDifference): string {
  if (test === undefined) return signed(value);
  const { interval: [low, high], significant } = test;
  return `${signed(value)}, 95\u202f% interval ${signed(low)} to ${signed(high)}, ${
    significant ? "significant" : "not significant"
  }, ${pWords(test.p)}`;
}

/** Whether anything was tested. */
export const isTested = ({ evidence }: Results): boolean => evidence !== undefined && evidence.differences.length > 0;

/** Why nothing was tested, as the end of a sentence; undefined where something was. */
export function untestedWords(results: Results): string | undefined {
  if (isTested(results)) return undefined;
  if (results.evidence === undefined) return "these results are of a version without tests over users";
  return results.spec.report.measure.startsWith("coverage@")
    ? "no user has a share in the coverage of the catalogue"
    : "no two methods were finished with the same seed";
}
