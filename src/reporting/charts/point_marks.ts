/**
 * How charts of points show methods: markers, whiskers, and names beside the points or, where there are many, in a legend.
 * @module
 */
import type { Chart as ChartJs, ChartConfiguration, ChartData, LegendItem, Plugin, Scale } from "chart.js";
import type { MethodSummary } from "../summary.ts";
import { chartName } from "./frame.ts";
import { INK, lighter, lookOf } from "./palette.ts";
import { fitted, type Pen, whisker, widthOf, write } from "./pen.ts";
import { type Box, placeLabels } from "./place_labels.ts";
import type { MeasuredPoint, Shown } from "./sight.ts";

const RADIUS = 8;

/** A method with its point. */
export type MarkedMethod = MethodSummary & Shown;

/** One point a dataset. */
export type PointsConfiguration = ChartConfiguration<"scatter", MeasuredPoint[], string>;

/** A method's dataset: its point, its name and its marker. */
export function pointDataset(method: MarkedMethod) {
  const { label, point } = method;
  const { colour, marker: { shape, rotation }, hollow } = lookOf(method);
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
}

/** Pixels that a name in the legend may take: wider ones would leave too little for the points. */
const LEGEND = 170;

/** Every name behind its marker, in the order of the points' heights; points of a method that come again in another panel are left out. */
export const namesLegend = {
  display: true,
  position: "right" as const,
  align: "start" as const,
  // Below title and subtitle, which are wider than the chart.
  title: { display: true, text: " ", padding: { top: 48, bottom: 0 } },
  labels: {
    usePointStyle: true,
    boxHeight: 11,
    padding: 10,
    color: INK.text,
    font: { size: 13 },
    generateLabels: (chart: ChartJs): LegendItem[] => {
      const { defaults } = chart.constructor as typeof ChartJs;
      const pen = chart.ctx as unknown as Pen;
      return defaults.plugins.legend.labels.generateLabels(chart).map((item) => ({
        ...item,
        text: fitted(pen, item.text, LEGEND),
      }));
    },
    filter: ({ datasetIndex = 0 }: LegendItem, { datasets }: ChartData) =>
      datasets.findIndex(({ label }) => label === datasets[datasetIndex]?.label) === datasetIndex,
    sort: (a: LegendItem, b: LegendItem, data: ChartData) => heightOf(data, b) - heightOf(data, a),
  },
};

const heightOf = ({ datasets }: ChartData, { datasetIndex = 0 }: LegendItem): number =>
  (datasets[datasetIndex]?.data[0] as MeasuredPoint | undefined)?.y ?? 0;

/** Whiskers fade where there are more methods than this: they would bury the points. */
const FEW = 7;

/** Every point's whiskers, below the points. */
export function pointWhiskers(methods: readonly MarkedMethod[]): Plugin<"scatter"> {
  const colours = methods.map((method) => lighter(lookOf(method).colour, methods.length > FEW ? .45 : 0));
  return {
    id: "pointWhiskers",
    beforeDatasetsDraw(chart) {
      chart.data.datasets.forEach((_, index) => {
        const colour = colours[index % colours.length] ?? INK.text;
        for (const [from, to] of whiskersOf(chart as ChartJs, index)) {
          whisker(chart.ctx as unknown as Pen, from, to, { colour, cap: 4 });
        }
      });
    },
  };
}

type Place = readonly [number, number];

/** The two axes of a dataset. */
function scalesOf({ scales, data }: ChartJs, index: number): readonly [Scale | undefined, Scale | undefined] {
  const { xAxisID = "x" } = (data.datasets[index] ?? {}) as { readonly xAxisID?: string };
  return [scales[xAxisID], scales.y];
}

/** Ends of a point's two whiskers in pixels. */
function whiskersOf(chart: ChartJs, index: number): (readonly [Place, Place])[] {
  const [scaleX, scaleY] = scalesOf(chart, index);
  const point = chart.data.datasets[index]?.data[0] as unknown as MeasuredPoint | undefined;
  if (scaleX === undefined || scaleY === undefined || point === undefined) return [];
  const { x, y, endsX, endsY } = point;
  const at = (x: number, y: number): Place => [scaleX.getPixelForValue(x), scaleY.getPixelForValue(y)];
  return [[at(endsX[0], y), at(endsX[1], y)], [at(x, endsY[0]), at(x, endsY[1])]];
}

/** Share of a panel that a name may take: there is room for it beside a point wherever that is. */
const LONGEST = .5;

/** Names beside the points of each panel, where they cover neither each other nor a point. */
export const pointNames: Plugin<"scatter"> = {
  id: "pointNames",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const { datasets } = chart.data;
    const axes = datasets.map(({ xAxisID = "x" }) => xAxisID);
    for (const axis of new Set(axes)) {
      const own = datasets.map((_, index) => index).filter((index) => axes[index] === axis);
      const { left = 0, right = 0 } = chart.scales[axis] ?? {};
      const points = own.map((index) => {
        const { x = 0, y = 0 } = chart.getDatasetMeta(index).data[0] ?? {};
        const text = fitted(pen, datasets[index]?.label ?? "", LONGEST * (right - left), 14, 600);
        return { x, y, text, width: widthOf(pen, text, 14, 600) };
      });
      const lines = own.flatMap((index) => whiskersOf(chart as ChartJs, index).map(aroundLine));
      placeLabels(points, { ...chart.chartArea, left, right }, lines).forEach(({ x, y }, i) => {
        write(pen, points[i]?.text ?? "", x, y, { size: 14, weight: 600, halo: INK.paper });
      });
    }
  },
};

const aroundLine = ([from, to]: readonly [Place, Place]): Box => ({
  left: from[0] - 2,
  right: to[0] + 2,
  top: to[1] - 2,
  bottom: from[1] + 2,
});
