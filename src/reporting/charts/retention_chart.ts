/**
 * Chart: retention on S against adaptation on T.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { methodFront } from "../pareto.ts";
import { figureOf, methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { arrows } from "./far_arrows.ts";
import { frame, numberAxis, whiskerWords } from "./frame.ts";
import { frontSteps } from "./front_steps.ts";
import { INK } from "./palette.ts";
import { line, type Pen } from "./pen.ts";
import { namesLegend, pointDataset, pointNames, type PointsConfiguration, pointWhiskers } from "./point_marks.ts";
import { type MeasuredPoint, withinSight } from "./sight.ts";

/** More names than this do not find room beside their points. */
const NAMED = 7;

/**
 * One point a method; up is better adapted, right is better kept, and steps show the Pareto front. Many methods are named in a legend, from
 * the best adapted down.
 */
export function retentionChart(results: Results): Chart {
  const { measure } = results.spec.report;
  const measured = methodSummaries(results).flatMap((method) => {
    const [s, t] = [figureOf(results, method, "S", measure), figureOf(results, method, "T", measure)];
    if (s === undefined || t === undefined) return [];
    const [endsX, endsY] = [s, t].map(({ mean, interval = [mean, mean] as const }) => interval);
    const point: MeasuredPoint = { x: s.mean, y: t.mean, endsX: endsX!, endsY: endsY! };
    return [{ ...method, point }];
  });
  const { methods, ranges } = withinSight(measured, ["x", "y"]);
  const base = methods.find(({ kind }) => kind === "base")?.point;
  // One method alone beats nobody.
  const front = methods.length > 1 ? methodFront(results) : [];
  const notes = [
    ...(front.length === 0 ? [] : ["corners of the grey area: the Pareto front, beaten by no method"]),
    ...(base === undefined ? [] : ["dashed: the backbone as it was"]),
    ...(methods.some(({ point }) => point.off !== undefined) ? ["arrows: far off"] : []),
  ];
  const options: PointsConfiguration["options"] = {
    ...frame({
      title: "What was kept, and what was learnt",
      subtitle: [`upper right is better; ${whiskerWords(results)}`, ...(notes.length === 0 ? [] : [notes.join("; ")])],
    }),
    scales: {
      x: numberAxis(`retention: ${measure} on S`, ranges.x),
      y: numberAxis(`adaptation: ${measure} on T`, ranges.y),
    },
  };
  const named = methods.length <= NAMED;
  if (!named) (options.plugins ?? {}).legend = namesLegend;
  const configuration: PointsConfiguration = {
    type: "scatter",
    data: { datasets: methods.map(pointDataset) },
    options,
    plugins: [
      frontSteps(front) as Plugin,
      baseLines(base) as Plugin,
      pointWhiskers(methods) as Plugin,
      arrows as Plugin,
      ...(named ? [pointNames as Plugin] : []),
    ],
  };
  return {
    height: Math.max(498, 128 + 26 * methods.length),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** Lines through the base, below the points. */
const baseLines = (base: MeasuredPoint | undefined): Plugin<"scatter"> => ({
  id: "baseLines",
  beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, scales: { x, y } }) {
    if (x === undefined || y === undefined || base === undefined) return;
    const pen = ctx as unknown as Pen;
    const [baseX, baseY] = [x.getPixelForValue(base.x), y.getPixelForValue(base.y)];
    line(pen, [baseX, top], [baseX, bottom], { colour: INK.line, width: 1.2, dash: [5, 4] });
    line(pen, [left, baseY], [right, baseY], { colour: INK.line, width: 1.2, dash: [5, 4] });
  },
});
