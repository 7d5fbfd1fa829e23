/**
 * Runs gathered by method: means over seeds and their standard errors.
 * @module
 */
import type { Interval } from "../evaluation/bootstrap.ts";
import type { Results, RunResult } from "./types.ts";

/** All runs of one method of the spec, one for each seed. */
export interface MethodSummary {
  readonly label: string;
  readonly kind: string;
  /** In the order of the seeds; never empty. */
  readonly runs: readonly [RunResult, ...RunResult[]];
  /** How many methods before this one have the same kind, controls aside; a control has the number of the method it controls. */
  readonly variant: number;
  /** The label of the raie whose K=1 control this is. */
  readonly control?: string;
}

/** A measure of a method on a slice. */
export interface Figure {
  readonly mean: number;
  /** Over users, 95 %; absent in results without evidence, and for coverage. */
  readonly interval?: Interval;
  /** One standard error over seeds, where there are several. */
  readonly error?: number;
}

/** Methods in the order of the spec. A method without a run is left out. */
export function methodSummaries({ spec, runs }: Pick<Results, "spec" | "runs">): MethodSummary[] {
  const labels = [...new Set([...spec.methods.map(({ label }) => label), ...runs.map(({ label }) => label)])];
  const found = labels.flatMap((label) => {
    const [first, ...others] = runs.filter((run) => run.label === label);
    const control = spec.methods.find((method) => method.label === label)?.control;
    if (first === undefined) return [];
    return [{
      label,
      kind: first.method,
      runs: [first, ...others] as const,
      ...(control !== undefined && { control }),
    }];
  });
  const kinds = new Map<string, number>();
  const variants = new Map<string, number>();
  for (const { label, kind, control } of found) {
    if (control !== undefined) continue;
    const variant = kinds.get(kind) ?? 0;
    variants.set(label, variant);
    kinds.set(kind, variant + 1);
  }
  // A control may stand before its method, or its method may have failed.
  return found.map((method) => ({ ...method, variant: variants.get(method.control ?? method.label) ?? 0 }));
}

/** Windows of a slice that were ranked; 0 for a slice the data does not have. */
export const windowsOf = ({ data }: Results, slice: string): number =>
  data.slices.find(({ name }) => name === slice)?.windows ?? 0;

/** The slices in order: S, F1 to Fn, T. */
export const sliceNames = ({ data }: Results): string[] => data.slices.map(({ name }) => name);

/** A measure of one method on one slice, or undefined where some run lacks it. */
export function figureOf(results: Results, summary: MethodSummary, slice: string, measure: string): Figure | undefined {
  const values = summary.runs.map(({ measures }) => measures[slice]?.[measure]).filter((value) => value !== undefined);
  if (values.length < summary.runs.length) return undefined;
  const interval = results.evidence?.figures.find((each) => each.label === summary.label && each.slice === slice)
    ?.intervals[measure];
  return {
    mean: average(values),
    ...(interval !== undefined && { interval }),
    ...(values.length > 1 && { error: standardError(values) }),
  };
}

/** Mean of at least one value. */
export const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Standard error of the mean, sample standard deviation (n - 1) over the root of n; 0 for fewer than two values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { standardError } from "./summary.ts";
 *
 * assert.equal(standardError([1, 3]), 1);
 * ```
 */
export function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/**
 * Standard error of a share p of n windows, sqrt(p (1 - p) / n); 0 without windows. Exact for Recall@k with one target; an upper bound for NDCG
 * and MRR, since no variable in [0, 1] of mean p varies more than a coin does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { binomialError } from "./summary.ts";
 *
 * assert.equal(binomialError(.5, 100), .05);
 * ```
 */
export function binomialError(p: number, n: number): number {
  return n === 0 ? 0 : Math.sqrt(Math.max(0, p * (1 - p)) / n);
}
