/**
 * Chart: what each method reaches on S and on T.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { measure as digits } from "../numbers.ts";
import { figureOf, methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { chartName, frame, NAMES_AXIS, numberAxis, whiskerWords } from "./frame.ts";
import { INK, lighter, lookOf } from "./palette.ts";
import { line, type Pen, whisker, write } from "./pen.ts";
import { sideBySide } from "./side_by_side.ts";

/** A bar with its interval over users; both ends are the bar's own where there is none. */
export interface MeasuredBar {
  readonly x: number;
  readonly y: string;
  readonly low: number;
  readonly high: number;
}

const PANELS = ["S", "T"] as const;
const ROW = 34;

/** Horizontal bars, one row a method, S at the left and T at the right, with intervals and a line at the base. */
export function methodsChart(results: Results): Chart {
  const { measure } = results.spec.report;
  const methods = methodSummaries(results);
  const names = methods.map(({ label }) => chartName(label));
  const looks = methods.map(lookOf);
  const panels = PANELS.map((slice) => ({
    slice,
    bars: methods.map((method, i): MeasuredBar => {
      const figure = figureOf(results, method, slice, measure);
      const x = figure?.mean ?? 0;
      const [low, high] = figure?.interval ?? [x, x];
      return { x, y: names[i] ?? "", low, high };
    }),
  }));
  const axes = panels.map(({ slice, bars }) => {
    // Room for the value beside the longest bar.
    const max = 1.26 * Math.max(...bars.map(({ x, high }) => Math.max(x, high))) || 1;
    const axis = numberAxis(slice === "S" ? `${measure} on S (retention)` : `${measure} on T (adaptation)`, {
      min: 0,
      max,
      about: 4,
    });
    return [`x${slice}`, axis] as const;
  });
  const configuration: ChartConfiguration<"bar", MeasuredBar[], string> = {
    type: "bar",
    data: {
      labels: names,
      datasets: panels.map(({ slice, bars }) => ({
        label: slice,
        data: bars,
        xAxisID: `x${slice}`,
        backgroundColor: looks.map(({ bar }) => slice === "S" ? lighter(bar, .45) : bar),
        borderColor: looks.map(({ colour }) => colour),
        borderWidth: 1,
        grouped: false,
        barPercentage: .78,
        categoryPercentage: .9,
      })),
    },
    options: {
      ...frame({
        title: `${measure} on what was known (S) and on what comes next (T)`,
        subtitle: `${whiskerWords(results)}${baseNote(results)}`,
      }),
      indexAxis: "y",
      scales: {
        y: NAMES_AXIS,
        ...sideBySide(axes, 1.2),
      },
    },
    plugins: [marks(methods.findIndex(({ kind }) => kind === "base")) as Plugin],
  };
  return { height: 140 + ROW * methods.length, configuration: configuration as unknown as ChartConfiguration };
}

const baseNote = (results: Results) =>
  results.runs.some(({ method }) => method === "base") ? "; dashed line: the backbone as it was" : "";

/** Lines where the base stands, whiskers at the ends of bars, and the values beside them. */
function marks(base: number): Plugin<"bar"> {
  return {
    id: "marks",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx as unknown as Pen;
      const { top, bottom } = chart.chartArea;
      chart.data.datasets.forEach((dataset, index) => {
        const scale = chart.scales[dataset.xAxisID ?? ""];
        if (scale === undefined) return;
        const bars = dataset.data as unknown as readonly MeasuredBar[];
        const at = (value: number) => scale.getPixelForValue(value);
        const reference = bars[base];
        if (reference !== undefined) {
          line(pen, [at(reference.x), top], [at(reference.x), bottom], { colour: INK.quiet, width: 1.2, dash: [4, 4] });
        }
        chart.getDatasetMeta(index).data.forEach(({ y }, i) => {
          const { x = 0, low = x, high = x } = bars[i] ?? {};
          // The rim shows it on dark bars.
          const ends = [[at(low), y], [at(high), y]] as const;
          whisker(pen, ...ends, { colour: INK.paper, cap: 6, width: 3.6 });
          whisker(pen, ...ends);
          write(pen, digits(x), at(Math.max(x, high)) + 7, y, { weight: 600, halo: INK.paper });
        });
      });
    },
  };
}
