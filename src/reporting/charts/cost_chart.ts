/**
 * Chart: what methods reach on T against what they cost.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { average, figureOf, methodSummaries, type MethodSummary } from "../summary.ts";
import type { Results, RunResult } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { costAxis } from "./cost_axis.ts";
import { arrows } from "./far_arrows.ts";
import { frame, numberAxis, whiskerWords } from "./frame.ts";
import { INK } from "./palette.ts";
import { line, type Pen } from "./pen.ts";
import { namesLegend, pointDataset, pointNames, type PointsConfiguration, pointWhiskers } from "./point_marks.ts";
import { sideBySide } from "./side_by_side.ts";
import { type MeasuredPoint, withinSight } from "./sight.ts";

type Cost = RunResult["cost"];

const PANELS: readonly { readonly axis: string; readonly title: string; readonly of: (cost: Cost) => number }[] = [
  { axis: "xSeconds", title: "time of adapting (seconds)", of: ({ seconds }) => seconds },
  { axis: "xParameters", title: "trained numbers kept", of: ({ parameters }) => parameters },
];

/** More names than this do not find room beside their points, in a panel of half the width. */
const NAMED = 3;

/** One point a method in each of two panels, seconds and trained numbers; the base, which costs nothing, is a line. Undefined where nothing adapts. */
export function costChart(results: Results): Chart | undefined {
  const { measure } = results.spec.report;
  const measured = methodSummaries(results).flatMap((method) => {
    const figure = figureOf(results, method, "T", measure);
    if (figure === undefined) return [];
    const { mean, interval = [mean, mean] as const } = figure;
    const point: MeasuredPoint = { x: 0, y: mean, endsX: [0, 0], endsY: interval };
    return [{ ...method, point }];
  });
  const { methods, ranges } = withinSight(measured, ["y"]);
  const base = methods.find(({ kind }) => kind === "base")?.point.y;
  const adapting = methods.filter(({ kind }) => kind !== "base");
  if (adapting.length === 0) return undefined;
  const panels = PANELS.map(({ of, ...panel }) => ({ ...panel, costs: adapting.map((method) => costOf(method, of)) }));
  const notes = [
    ...(base === undefined ? [] : ["dashed: the backbone as it was, which costs nothing more"]),
    ...(adapting.some(({ point }) => point.off !== undefined) ? ["arrows: far off"] : []),
  ];
  const options: PointsConfiguration["options"] = {
    ...frame({
      title: "What was learnt, and what it cost",
      subtitle: [`upper left is better; ${whiskerWords(results)}`, ...(notes.length === 0 ? [] : [notes.join("; ")])],
    }),
    scales: {
      y: numberAxis(`adaptation: ${measure} on T`, ranges.y),
      ...sideBySide(panels.map(({ axis, title, costs }) => [axis, costAxis(title, costs)]), .8),
    },
  };
  const named = adapting.length <= NAMED;
  if (!named) (options.plugins ?? {}).legend = namesLegend;
  const configuration: PointsConfiguration = {
    type: "scatter",
    data: {
      datasets: panels.flatMap(({ axis, costs }) =>
        adapting.map((method, i) => {
          const x = costs[i] ?? 0;
          const point = { ...method.point, x, endsX: [x, x] as const };
          return { ...pointDataset({ ...method, point }), xAxisID: axis };
        })
      ),
    },
    options,
    plugins: [
      baseLine(base) as Plugin,
      pointWhiskers(adapting) as Plugin,
      arrows as Plugin,
      ...(named ? [pointNames as Plugin] : []),
    ],
  };
  return {
    height: Math.max(440, 128 + 26 * adapting.length),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** Mean over seeds. */
const costOf = ({ runs }: MethodSummary, of: (cost: Cost) => number): number =>
  average(runs.map(({ cost }) => of(cost)));

/** A line across both panels where the base stands. */
const baseLine = (base: number | undefined): Plugin<"scatter"> => ({
  id: "baseLine",
  beforeDatasetsDraw({ ctx, scales }) {
    const { y } = scales;
    if (y === undefined || base === undefined) return;
    const pen = ctx as unknown as Pen;
    const at = y.getPixelForValue(base);
    for (const { axis } of PANELS) {
      const { left = 0, right = 0 } = scales[axis] ?? {};
      line(pen, [left, at], [right, at], { colour: INK.line, width: 1.2, dash: [5, 4] });
    }
  },
});
