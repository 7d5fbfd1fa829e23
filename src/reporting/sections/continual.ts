/**
 * Tables: what learning one slice after another gave and took.
 * @module
 */
import { folded, plain, table } from "../markdown.ts";
import { measure as digits, signed } from "../numbers.ts";
import { average, methodSummaries, type MethodSummary, sliceNames, standardError } from "../summary.ts";
import type { Results, RunResult } from "../types.ts";

type Continual = RunResult["continual"];

/** One row a method, means over seeds; with several F slices the matrix they are read from, too. */
export function continualTable(results: Results): string[] {
  const methods = methodSummaries(results);
  const several = sliceNames(results).length > 3;
  const rows = methods.map(({ label, runs }) => {
    const cell = (show: (value: number) => string, of: (continual: Continual) => number | undefined) => {
      const values = runs.map(({ continual }) => of(continual)).filter((value) => value !== undefined);
      if (values.length < runs.length) return "–";
      return show(average(values)) + (values.length > 1 ? ` ± ${digits(standardError(values))}` : "");
    };
    return [
      plain(label),
      cell(digits, (of) => of.average),
      cell(signed, (of) => of.forgetting),
      cell(signed, (of) => of.backwardTransfer),
      cell(signed, (of) => of.forwardTransfer),
    ];
  });
  const titles = ["Average<br>S and F", "Forgetting", "Backward<br>transfer", "Forward<br>transfer"];
  return [
    table([["Method", "left"], ...titles.map((title) => [title, "right"] as const)], rows),
    `In ${plain(results.spec.report.measure)}. Average: the mean on S and F after the last adaptation. Forgetting: ${
      several ? "on each of S and F but the last, the best of any earlier stage" : "the backbone on S"
    } less the last stage, so that more is worse. Backward transfer: the change on ${
      several ? "each of these since it was learnt" : "S"
    }. Forward transfer: the mean gain on F and T before each is learnt, against the backbone; F1, which only the backbone sees before, counts as 0.`,
    ...(several ? matrixTable(results, methods) : []),
  ];
}

/** M[stage][slice] of every method, means over seeds. */
function matrixTable(results: Results, methods: readonly MethodSummary[]): string[] {
  const slices = sliceNames(results);
  const row = (title: string, { runs }: MethodSummary, stage: number) => [
    title,
    ...slices.map((slice) => {
      const values = runs.map(({ matrix }) => matrix[stage]?.measures[slice]).filter((value) => value !== undefined);
      return values.length < runs.length ? "–" : digits(average(values));
    }),
  ];
  const [first] = methods;
  const rows = [
    ...(first === undefined ? [] : [row("the backbone", first, 0)]),
    ...methods.filter(({ kind }) => kind !== "base").flatMap((method) =>
      method.runs[0].matrix.slice(1).map(({ stage }, index) =>
        row(`${plain(method.label)} after ${plain(stage)}`, method, index + 1)
      )
    ),
  ];
  const measure = plain(results.spec.report.measure);
  return folded(`${measure} of every slice after every adaptation`, [
    table([["Method", "left"], ...slices.map((slice) => [slice, "right"] as const)], rows),
  ]);
}
