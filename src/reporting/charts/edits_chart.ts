/**
 * Chart: what was done with the sequences of each F slice.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { count, percent } from "../numbers.ts";
import { methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { axisTitle, chartName, frame } from "./frame.ts";
import { INK, inkOn } from "./palette.ts";
import { type Pen, widthOf, write } from "./pen.ts";

const OPERATIONS = [
  { key: "update", name: "Update", colour: "#0072b2" },
  { key: "expand", name: "Expand", colour: "#56b4e9" },
  { key: "add", name: "Add", colour: "#f0e442" },
  { key: "withheld", name: "Switched off", colour: "#c3c9d0" },
] as const;

const ROW = 36;

/** One row for each method and F slice, of its first seed; undefined where no run edits regions. */
export function editsChart(results: Results): Chart | undefined {
  const rows = methodSummaries(results).flatMap(({ label, runs: [{ regions }] }) =>
    (regions?.edits ?? []).map((edit) => ({ ...edit, row: `${chartName(label)}  ${edit.slice}` }))
  );
  if (rows.length === 0) return undefined;
  const longest = Math.max(1, ...rows.map((row) => OPERATIONS.reduce((sum, { key }) => sum + row[key], 0)));
  // Only an ablation switches an operation off.
  const shown = OPERATIONS.filter(({ key }) => key !== "withheld" || rows.some((row) => row[key] > 0));
  const configuration: ChartConfiguration<"bar", number[], string> = {
    type: "bar",
    data: {
      labels: rows.map(({ row }) => row),
      datasets: shown.map(({ key, name, colour }) => ({
        label: name,
        data: rows.map((row) => row[key]),
        backgroundColor: colour,
        borderColor: INK.paper,
        borderWidth: { left: 1, right: 1, top: 0, bottom: 0 },
        borderSkipped: false,
        barPercentage: .86,
        categoryPercentage: .9,
      })),
    },
    options: {
      ...frame({
        title: "What the gate did with new sequences",
        subtitle: `Update: well inside a region; Expand: at its border; Add: in none, pooled for a new one; seed ${
          results.runs[0]?.seed ?? 0
        }`,
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
    },
    plugins: [segmentNames as Plugin],
  };
  const { plugins = {} } = configuration.options ?? {};
  plugins.legend = {
    display: true,
    position: "top",
    align: "start",
    labels: { boxWidth: 14, boxHeight: 14, color: INK.text, font: { size: 13 } },
  };
  return { height: 190 + ROW * rows.length, configuration: configuration as unknown as ChartConfiguration };
}

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
        const text = [
          `${label} ${count(value)} (${percent(value / Math.max(1, totals[row] ?? 1))})`,
          `${label} ${count(value)}`,
          count(value),
        ]
          .find((text) => widthOf(pen, text, 13, 600) < x - base - 8);
        if (text === undefined || value === 0 || typeof backgroundColor !== "string") return;
        write(pen, text, (x + base) / 2, y, { weight: 600, align: "center", colour: inkOn(backgroundColor) });
      });
    });
  },
};
