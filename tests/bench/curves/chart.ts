/**
 * Chart: what stages cost over sizes, both axes logarithmic, so that a power law is a straight line and its exponent the slope.
 * @module
 */
import type { Chart as ChartJs, ChartConfiguration, LegendItem } from "chart.js";
import type { Chart } from "../../../src/reporting/charts/canvas.ts";
import { logAxis } from "../../../src/reporting/charts/cost_axis.ts";
import { frame } from "../../../src/reporting/charts/frame.ts";
import { INK, methodLook, type Shape } from "../../../src/reporting/charts/palette.ts";
import { fixed } from "../../../src/reporting/numbers.ts";
import type { CurveAxis } from "./axes.ts";
import { type Growth, type Measure, WHOLE } from "./growth.ts";

interface Line {
  readonly colour: string;
  readonly dash: number[];
  readonly shape: Shape;
}

/** Of stages that no method has to itself, by what they are of. */
const SHARED: Readonly<Record<string, string>> = {
  data: "#009e73",
  backbone: "#000000",
  report: "#cc79a7",
  [WHOLE]: INK.line,
};

/** What is done tells the dash and the marker: training is a solid line with circles. */
const DEEDS: readonly (readonly [RegExp, number[], Shape])[] = [
  [/: (rank|represent .*,)/, [7, 4], "rect"],
  [/: (describe|represent)/, [2, 3], "triangle"],
  [/:/, [], "circle"],
  [new RegExp(WHOLE), [10, 3, 2, 3], "rectRot"],
];

/** A method has the colour it has in every report. */
function lineOf(stage: string): Line {
  const [of = ""] = stage.split(":");
  const [, dash, shape] = DEEDS.find(([words]) => words.test(stage)) ?? [undefined, [], "rectRot" as const];
  return { colour: SHARED[of] ?? methodLook(of.toLowerCase()).colour, dash: [...dash], shape };
}

/** As the key has room for: what is represented is represented by the backbone. */
const nameOf = (stage: string): string => stage.replace("backbone: represent", "represent");

const TITLES: Readonly<Record<Measure, { readonly title: string; readonly axis: string }>> = {
  seconds: { title: "Time of each stage", axis: "seconds" },
  megabytes: { title: "Peak memory of each stage's process", axis: "megabytes" },
};

/** One line a stage, its exponent in the key; undefined where no stage has two sizes. */
export function growthChart(
  { axis, title }: CurveAxis,
  measure: Measure,
  growths: readonly Growth[],
): Chart | undefined {
  const figures = growths.flatMap(({ figures }) => figures);
  if (figures.length === 0) return undefined;
  const sizes = [...new Set(figures.map(({ x }) => x))].sort((a, b) => a - b);
  const ticks = axis === "k" || axis === "context" ? { ticks: sizes } : {};
  const words = TITLES[measure];
  const configuration: ChartConfiguration<"line", { x: number; y: number }[]> = {
    type: "line",
    data: {
      datasets: growths.map(({ stage, figures, law }) => {
        const { colour, dash, shape } = lineOf(stage);
        return {
          label: nameOf(stage) + (law === undefined ? "" : `  ${fixed(law.exponent, 2)}`),
          data: [...figures],
          ...{ borderColor: colour, backgroundColor: colour, borderWidth: 2, borderDash: dash },
          ...{ pointStyle: shape, pointRadius: shape === "rectRot" ? 5 : 4 },
        };
      }),
    },
    options: {
      ...frame({
        title: `${words.title} over ${title}`,
        subtitle: "beside the names: exponents, the fixed cost taken off; 1 is in proportion, 2 the square",
      }),
      scales: {
        x: logAxis(title, { ...around(sizes, .04), ...ticks }),
        y: logAxis(words.axis, around(figures.map(({ y }) => y), .06)),
      },
    },
  };
  (configuration.options!.plugins ??= {}).legend = key;
  return { height: HEIGHT, configuration: configuration as unknown as ChartConfiguration };
}

const HEIGHT = 460;

/** From the least to the largest, and a share of the way more on both sides. */
function around(values: readonly number[], share: number): { min: number; max: number } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = Math.max(1.05, (most / least) ** share);
  return { min: least / air, max: most * air };
}

/** Names at the right in the order of the lines' right ends. */
const key = {
  display: true,
  position: "right" as const,
  align: "start" as const,
  // Below title and subtitle, which are wider than the chart.
  title: { display: true, text: " ", padding: { top: 48, bottom: 0 } },
  labels: {
    usePointStyle: true,
    boxHeight: 8,
    padding: 9,
    color: INK.text,
    font: { size: 13 },
    sort: (a: LegendItem, b: LegendItem, { datasets }: ChartJs["data"]) => {
      const end = ({ datasetIndex = 0 }: LegendItem) =>
        (datasets[datasetIndex]?.data.at(-1) as { readonly y: number } | undefined)?.y ?? 0;
      return end(b) - end(a);
    },
  },
};
