/**
 * Table: what learning one slice after another gave and took, where there are several.
 * @module
 */
import { plain, table } from "../markdown.ts";
import { measure as digits, signed } from "../numbers.ts";
import { average, methodSummaries, sliceNames } from "../summary.ts";
import type { Results, RunResult } from "../types.ts";

/** One row a method, means over seeds; nothing with a single F slice, where the methods table says as much. */
export function continualTable(results: Results): string[] {
  if (sliceNames(results).length < 4) return [];
  const rows = methodSummaries(results).map(({ label, runs }) => {
    const mean = (of: (continual: RunResult["continual"]) => number) =>
      average(runs.map(({ continual }) => of(continual)));
    return [
      plain(label),
      digits(mean((of) => of.average)),
      signed(mean((of) => of.backwardTransfer)),
      signed(mean((of) => of.forwardTransfer)),
    ];
  });
  return [
    table([["Method", "left"], ["Average<br>S and F", "right"], ["Backward<br>transfer", "right"], [
      "Forward<br>transfer",
      "right",
    ]], rows),
    `In ${
      plain(results.spec.report.measure)
    }: the mean on S and F after the last adaptation; the mean change on each of them since it was learnt; the mean gain on F and T before each is learnt, against the backbone.`,
  ];
}
