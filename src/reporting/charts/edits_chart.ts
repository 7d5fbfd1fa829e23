/**
 * Chart: what was done with the sequences of one F slice after the other.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { count, fixed, percent } from "../numbers.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { type EditRow, editRows, OPERATIONS } from "./edit_rows.ts";
import { axisTitle, chartName, frame } from "./frame.ts";
import { INK, inkOn } from "./palette.ts";
import { line, type Pen, whisker, widthOf, write } from "./pen.ts";

/** As a reader sees operations: each lighter than the one before it, so that they keep apart in grey. */
const SEEN = {
  update: { name: "Update", colour: "#0072b2" },
  expand: { name: "Expand", colour: "#56b4e9" },
  add: { name: "Add", colour: "#f0e442" },
  withheld: { name: "Switched off", colour: "#edf0f3" },
} as const;

const ROW = 36;

/** Pixels from a bar's middle up to its whiskers, which keep off the figures. */
const LIFT = 11;

/** Pixels at the right for what became of the regions. */
const REGIONS = 74;

/** Longest name of a method: its slice stands behind it. */
const LONGEST = 24;

/** One row for each method and F slice, slices downwards in the order of time; undefined where no run edits regions. */
export function editsChart(results: Results): Chart | undefined {
  const rows = editRows(results);
  if (rows.length === 0) return undefined;
  const longest = Math.max(1, ...rows.map(({ counts }) => counts.reduce((sum, value) => sum + value, 0)));
  // Only an ablation switches an operation off.
  const shown = OPERATIONS.map((key, at) => ({ ...SEEN[key], key, at }))
    .filter(({ key, at }) => key !== "withheld" || rows.some(({ counts }) => (counts[at] ?? 0) > 0));
  const several = new Set(rows.map(({ slice }) => slice)).size > 1;
  const changed = rows.some(({ accepted, merged }) => accepted + merged > 0);
  const options: ChartConfiguration<"bar", number[], string>["options"] = {
    ...frame({
      title: `What the gate did with new sequences${several ? ", slice after slice" : ""}`,
      subtitle: [
        "Update: well inside a region; Expand: at its border; Add: in none, pooled for a new one",
        `${changed ? "right: new regions, and pairs merged; " : ""}${seedNote(results)}`,
      ],
      right: changed ? REGIONS : 0,
    }),
    indexAxis: "y",
    scales: {
      x: {
        stacked: true,
        max: longest,
        title: axisTitle("sequences of the slice"),
        grid: { color: INK.grid },
        border: { color: INK.line },
        ticks: { color: INK.quiet, callback: (value) => count(Number(value)), includeBounds: false },
      },
      y: {
        stacked: true,
        grid: { display: false },
        border: { color: INK.line },
        ticks: { color: INK.text, font: { size: 14 }, autoSkip: false },
      },
    },
  };
  (options.plugins ?? {}).legend = {
    display: true,
    position: "top",
    align: "start",
    labels: { boxWidth: 14, boxHeight: 14, color: INK.text, font: { size: 13 } },
  };
  const configuration: ChartConfiguration<"bar", number[], string> = {
    type: "bar",
    data: {
      labels: rows.map(({ label, slice }, i) =>
        rows[i - 1]?.label === label ? slice : `${chartName(label, LONGEST)}  ${slice}`
      ),
      datasets: shown.map(({ key, at, name, colour }) => ({
        label: name,
        data: rows.map(({ counts }) => counts[at] ?? 0),
        backgroundColor: colour,
        borderColor: key === "withheld" ? INK.line : INK.paper,
        borderWidth: { left: 1, right: 1, top: 0, bottom: 0 },
        borderSkipped: false,
        barPercentage: .86,
        categoryPercentage: .9,
      })),
    },
    options,
    plugins: [seedBorders(rows) as Plugin, segmentNames as Plugin, rowEnds(rows) as Plugin],
  };
  return { height: 208 + ROW * rows.length, configuration: configuration as unknown as ChartConfiguration };
}

/** What numbers are of. */
function seedNote({ runs }: Results): string {
  const seeds = new Set(runs.filter(({ regions }) => regions !== undefined).map(({ seed }) => seed));
  return seeds.size > 1
    ? `means over ${seeds.size} seeds; whiskers: a border's least and most over seeds`
    : `seed ${[...seeds].join("")}`;
}

/** A whisker over each border between two segments, as far as it lies elsewhere with other seeds. */
const seedBorders = (rows: readonly EditRow[]): Plugin<"bar"> => ({
  id: "seedBorders",
  afterDatasetsDraw(chart) {
    const { x } = chart.scales;
    if (x === undefined) return;
    const pen = chart.ctx as unknown as Pen;
    rows.forEach(({ borders, counts }, row) => {
      const { y = 0 } = chart.getDatasetMeta(0).data[row] ?? {};
      borders.forEach(([low, high], at) => {
        // Nothing follows the last border, and all seeds share it.
        if (counts.slice(at + 1).every((value) => value === 0)) return;
        const ends = [[x.getPixelForValue(low), y - LIFT], [x.getPixelForValue(high), y - LIFT]] as const;
        whisker(pen, ...ends, { colour: INK.paper, cap: 3, width: 3.6 });
        whisker(pen, ...ends, { cap: 3 });
      });
    });
  },
});

/** Name, count and share on each segment that has room for them: the picture can be read without colour. */
const segmentNames: Plugin<"bar"> = {
  id: "segmentNames",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const totals =
      chart.data.labels?.map((_, row) =>
        chart.data.datasets.reduce((sum, { data }) => sum + Number(data[row] ?? 0), 0)
      ) ?? [];
    chart.data.datasets.forEach(({ label = "", data, backgroundColor }, index) => {
      chart.getDatasetMeta(index).data.forEach((element, row) => {
        const { x, base, y } = element.getProps(["x", "base", "y"], true) as Record<"x" | "base" | "y", number>;
        const value = Number(data[row] ?? 0);
        const number = count(Math.round(value));
        const text = [
          `${label} ${number} (${percent(value / Math.max(1, totals[row] ?? 1))})`,
          `${label} ${number}`,
          number,
        ]
          .find((text) => widthOf(pen, text, 13, 600) < x - base - 8);
        if (text === undefined || value === 0 || typeof backgroundColor !== "string") return;
        write(pen, text, (x + base) / 2, y, { weight: 600, align: "center", colour: inkOn(backgroundColor) });
      });
    });
  },
};

/** Pixels from one line of text to the next. */
const LINE = 15;

/** What became of the regions at the right of each row, and a line above each method but the first. */
const rowEnds = (rows: readonly EditRow[]): Plugin<"bar"> => ({
  id: "rowEnds",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const { right } = chart.chartArea;
    rows.forEach(({ label, accepted, merged }, row) => {
      const { y = 0 } = chart.getDatasetMeta(0).data[row] ?? {};
      const words = [
        ...(accepted > 0 ? [`${meanCount(accepted)} new`] : []),
        ...(merged > 0 ? [`${meanCount(merged)} merged`] : []),
      ];
      words.forEach((text, i) => {
        write(pen, text, right + 8, y + LINE * (i - (words.length - 1) / 2), { size: 12, colour: INK.quiet });
      });
      const before = rows[row - 1];
      if (before === undefined || before.label === label || before.slice === rows[0]?.slice) return;
      line(pen, [0, y - ROW / 2], [right, y - ROW / 2], { colour: INK.grid, width: 1 });
    });
  },
});

const meanCount = (mean: number): string => Number.isInteger(mean) ? count(mean) : fixed(mean, 1);
