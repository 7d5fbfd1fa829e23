/**
 * Chart: retention on S against adaptation on T.
 * @module
 */
import type { ChartConfiguration, ChartData, LegendItem, Plugin, Scale } from "chart.js";
import { figureOf, methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { chartName, frame, numberAxis, whiskerWords } from "./frame.ts";
import { type MeasuredPoint, withinSight } from "./retention_range.ts";
import { arrows } from "./retention_arrows.ts";
import { INK, lighter, methodLook } from "./palette.ts";
import { placeLabels } from "./place_labels.ts";
import { line, type Pen, whisker, widthOf, write } from "./pen.ts";

const RADIUS = 8;

/** More names than this do not find room beside their points. */
const NAMED = 7;

/** One point a method; up is better adapted, right is better kept. Many methods are named in a legend, from the best adapted down. */
export function retentionChart(results: Results): Chart {
  const { measure } = results.spec.report;
  const measured = methodSummaries(results).flatMap((method) => {
    const [s, t] = [figureOf(results, method, "S", measure), figureOf(results, method, "T", measure)];
    if (s === undefined || t === undefined) return [];
    const [endsX, endsY] = [s, t].map(({ mean, interval = [mean, mean] as const }) => interval);
    const point: MeasuredPoint = { x: s.mean, y: t.mean, endsX: endsX!, endsY: endsY! };
    return [{ ...method, point }];
  });
  const { methods, rangeX, rangeY } = withinSight(measured);
  const base = methods.find(({ kind }) => kind === "base")?.point;
  const named = methods.length <= NAMED;
  // Many whiskers would bury the points.
  const whiskerColours = methods.map(({ kind, variant }) => lighter(methodLook(kind, variant).colour, named ? 0 : .45));
  const configuration: ChartConfiguration<"scatter", MeasuredPoint[], string> = {
    type: "scatter",
    data: {
      datasets: methods.map(({ label, kind, variant, point }) => {
        const { colour, marker: { shape, rotation }, hollow } = methodLook(kind, variant);
        const open = hollow || shape === "star" || shape.startsWith("cross");
        return {
          label: point.off === undefined ? chartName(label) : `${chartName(label, 14)} (${point.off})`,
          data: [point],
          pointStyle: shape,
          pointRotation: rotation,
          pointRadius: shape === "rectRot" ? RADIUS + 1.5 : RADIUS,
          backgroundColor: hollow ? INK.paper : colour,
          borderColor: open ? colour : INK.text,
          borderWidth: open ? 3 : 1,
        };
      }),
    },
    options: {
      ...frame({
        title: "What was kept, and what was learnt",
        subtitle: `upper right is better; ${whiskerWords(results)}${
          base === undefined ? "" : "; dashed lines: the backbone as it was"
        }${methods.some(({ point }) => point.off !== undefined) ? "; arrows: far off" : ""}`,
      }),
      scales: {
        x: numberAxis(`retention: ${measure} on S`, rangeX),
        y: numberAxis(`adaptation: ${measure} on T`, rangeY),
      },
    },
    plugins: [behind(base, whiskerColours) as Plugin, arrows as Plugin, ...(named ? [labels as Plugin] : [])],
  };
  if (!named) (configuration.options?.plugins ?? {}).legend = legend;
  return {
    height: Math.max(480, 110 + 26 * methods.length),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** Every name behind its marker, in the order of the points' heights. */
const legend = {
  display: true,
  position: "right" as const,
  align: "start" as const,
  // Below title and subtitle, which are wider than the chart.
  title: { display: true, text: " ", padding: { top: 30, bottom: 0 } },
  labels: {
    usePointStyle: true,
    boxHeight: 11,
    padding: 10,
    color: INK.text,
    font: { size: 13 },
    sort: (a: LegendItem, b: LegendItem, data: ChartData) => heightOf(data, b) - heightOf(data, a),
  },
};

const heightOf = ({ datasets }: ChartData, { datasetIndex = 0 }: LegendItem): number =>
  (datasets[datasetIndex]?.data[0] as MeasuredPoint | undefined)?.y ?? 0;

/** The base's lines and every point's whiskers, below the points. */
function behind(base: MeasuredPoint | undefined, colours: readonly string[]): Plugin<"scatter"> {
  return {
    id: "behind",
    beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, data, scales: { x, y } }) {
      if (x === undefined || y === undefined) return;
      const pen = ctx as unknown as Pen;
      if (base !== undefined) {
        const [baseX, baseY] = [x.getPixelForValue(base.x), y.getPixelForValue(base.y)];
        line(pen, [baseX, top], [baseX, bottom], { colour: INK.line, width: 1.2, dash: [5, 4] });
        line(pen, [left, baseY], [right, baseY], { colour: INK.line, width: 1.2, dash: [5, 4] });
      }
      data.datasets.forEach(({ data: points }, i) => {
        const colour = colours[i] ?? INK.text;
        for (const point of points as unknown as readonly MeasuredPoint[]) {
          for (const [from, to] of whiskers(point, x, y)) whisker(pen, from, to, { colour, cap: 4 });
        }
      });
    },
  };
}

type Place = readonly [number, number];

/** Ends of a point's two whiskers in pixels. */
function whiskers({ x, y, endsX, endsY }: MeasuredPoint, scaleX: Scale, scaleY: Scale): (readonly [Place, Place])[] {
  const at = (x: number, y: number): Place => [scaleX.getPixelForValue(x), scaleY.getPixelForValue(y)];
  return [[at(endsX[0], y), at(endsX[1], y)], [at(x, endsY[0]), at(x, endsY[1])]];
}

/** Names beside the points, where they cover neither each other nor a point. */
const labels: Plugin<"scatter"> = {
  id: "labels",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const points = chart.data.datasets.map(({ label = "" }, index) => {
      const { x = 0, y = 0 } = chart.getDatasetMeta(index).data[0] ?? {};
      return { x, y, width: widthOf(pen, label, 14, 600) };
    });
    const { x, y } = chart.scales;
    const lines = chart.data.datasets.flatMap(({ data }) =>
      x === undefined || y === undefined
        ? []
        : whiskers(data[0] as unknown as MeasuredPoint, x, y).map(([from, to]) => ({
          left: from[0] - 2,
          right: to[0] + 2,
          top: to[1] - 2,
          bottom: from[1] + 2,
        }))
    );
    placeLabels(points, chart.chartArea, lines).forEach(({ x, y }, index) => {
      write(pen, chart.data.datasets[index]?.label ?? "", x, y, { size: 14, weight: 600, halo: INK.paper });
    });
  },
};
