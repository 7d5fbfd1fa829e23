/**
 * Chart: what each variant of RAIE, its control included, differs by from the RAIE that the spec names.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { type MethodDifference, methodDifference } from "../difference.ts";
import { signed } from "../numbers.ts";
import { methodSummaries, type MethodSummary } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { chartName, frame, NAMES_AXIS, numberAxis } from "./frame.ts";
import type { MeasuredBar } from "./methods_chart.ts";
import { INK, lookOf } from "./palette.ts";
import { line, type Pen, whisker, write } from "./pen.ts";
import { sideBySide } from "./side_by_side.ts";

const PANELS = ["S", "T"] as const;
const ROW = 36;

/** Fewer variants than this are no ablation. */
const FEWEST = 2;

/** What is kept free of bars, as a share of their reach: at the left, and at the right for the figures. */
const LEFT = .06;
const RIGHT = .38;

/** A variant with its tested differences. */
interface Variant {
  readonly method: MethodSummary;
  readonly tested: readonly Required<MethodDifference>[];
}

/**
 * Horizontal bars, one row a variant, S at the left and T at the right on one scale, filled where the difference is significant. Undefined
 * where the reference is no raie, or fewer than two variants were tested against it.
 */
export function ablationChart(results: Results): Chart | undefined {
  const { reference, measure } = results.spec.report;
  const variants = variantsOf(results);
  if (variants.length < FEWEST) return undefined;
  const names = variants.map(({ method }) => chartName(method.label));
  const looks = variants.map(({ method }) => lookOf(method));
  const ends = variants.flatMap(({ tested }) =>
    tested.flatMap(({ value, test: { interval } }) => [value, ...interval])
  );
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const reach = most - least || 1;
  const range = { min: least - LEFT * reach, max: most + RIGHT * reach, about: 4 };
  const panels = PANELS.map((slice, i) => ({
    slice,
    significant: variants.map(({ tested }) => tested[i]?.test.significant === true),
    bars: variants.map(({ tested }, row): MeasuredBar => {
      const { value = 0, test } = tested[i] ?? {};
      const [low, high] = test?.interval ?? [value, value];
      return { x: value, y: names[row] ?? "", low, high };
    }),
  }));
  const axes = PANELS.map((slice) => {
    const title = `difference on ${slice} (${slice === "S" ? "retention" : "adaptation"})`;
    return [`x${slice}`, numberAxis(title, range)] as const;
  });
  const configuration: ChartConfiguration<"bar", MeasuredBar[], string> = {
    type: "bar",
    data: {
      labels: names,
      datasets: panels.map(({ slice, bars, significant }) => ({
        label: slice,
        data: bars,
        xAxisID: `x${slice}`,
        backgroundColor: looks.map(({ bar }, row) => significant[row] === true ? bar : INK.paper),
        borderColor: looks.map(({ colour }) => colour),
        borderWidth: 1.4,
        borderSkipped: false,
        grouped: false,
        barPercentage: .66,
        categoryPercentage: .9,
      })),
    },
    options: {
      ...frame({
        title: `Variants less ${chartName(reference)}, in ${measure}`,
        subtitle: [
          `right of zero: better than ${chartName(reference, 14)}; whiskers: 95 % intervals over users`,
          "filled, figure bold: significant, p Holm-corrected; hollow: not",
        ],
      }),
      indexAxis: "y",
      scales: {
        y: NAMES_AXIS,
        ...sideBySide(axes, .7),
      },
    },
    plugins: [marks as Plugin],
  };
  return { height: 160 + ROW * variants.length, configuration: configuration as unknown as ChartConfiguration };
}

/** Raies beside the reference that were tested against it on S and on T. */
function variantsOf(results: Results): Variant[] {
  const methods = methodSummaries(results);
  const reference = methods.find(({ label }) => label === results.spec.report.reference);
  if (reference?.kind !== "raie") return [];
  return methods.filter((method) => method.kind === "raie" && method !== reference).flatMap((method) => {
    const tested = PANELS.flatMap((slice) => {
      const { value, test } = methodDifference(results, method, reference, slice) ?? {};
      return value === undefined || test === undefined ? [] : [{ value, test }];
    });
    return tested.length < PANELS.length ? [] : [{ method, tested }];
  });
}

/** A line at zero, whiskers at the ends of bars, and the differences in a column at the right, bold on filled bars. */
const marks: Plugin<"bar"> = {
  id: "marks",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const { top, bottom } = chart.chartArea;
    chart.data.datasets.forEach((dataset, index) => {
      const scale = chart.scales[dataset.xAxisID ?? ""];
      if (scale === undefined) return;
      const at = (value: number) => scale.getPixelForValue(value);
      line(pen, [at(0), top], [at(0), bottom], { colour: INK.text, width: 1.4 });
      const bars = dataset.data as unknown as readonly MeasuredBar[];
      const fills = dataset.backgroundColor as unknown as readonly string[];
      chart.getDatasetMeta(index).data.forEach(({ y }, row) => {
        const { x = 0, low = x, high = x } = bars[row] ?? {};
        const filled = fills[row] !== INK.paper;
        const ends = [[at(low), y], [at(high), y]] as const;
        if (filled) whisker(pen, ...ends, { colour: INK.paper, cap: 6, width: 3.6 });
        whisker(pen, ...ends);
        write(pen, signed(x), scale.right - 4, y, { weight: filled ? 600 : 400, align: "right", halo: INK.paper });
      });
    });
  },
};
