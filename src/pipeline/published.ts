/**
 * Holding a run against published figures.
 * @module
 */
import { windowVariance } from "../evaluation/measures.ts";
import { compareWithPublished } from "../evaluation/published.ts";
import { ranksOf } from "../evaluation/rank.ts";
import type { Comparison } from "../reporting/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { ExperimentRun, MethodRun } from "./experiment.ts";

/** One comparison for each published figure whose method and slice the run has. */
export function compareRuns(
  spec: ResolvedSpec,
  run: ExperimentRun,
  measured: (run: MethodRun, slice: string, measure: string) => number,
): Comparison[] {
  return (spec.report.published ?? []).flatMap(({ source, label, slice, measure, value, windows }) => {
    const runs = run.runs.filter((method) => method.spec.label === label);
    const ranks = runs[0]?.states.at(-1)?.ranks.find((each) => each.slice === slice);
    if (runs.length === 0 || ranks === undefined) return [];
    const { mean, z } = compareWithPublished({
      values: runs.map((method) => measured(method, slice, measure)),
      published: value,
      windows,
      measure,
      windowVariance: windowVariance(ranksOf(ranks.read(), spec.evaluation.ties), measure),
    });
    return [{ label, slice, measure, ours: mean, seeds: runs.length, theirs: value, z, source }];
  });
}
