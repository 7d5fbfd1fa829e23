/**
 * Chart: loss over optimiser steps while the methods adapt, a panel for each.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import { type Chart, CHART_WIDTH } from "./canvas.ts";
import { type CurvePoint, grainWords, lossRange } from "./curves.ts";
import { frame } from "./frame.ts";
import { keyRows } from "./loss_key.ts";
import { drawPanel, type Panel } from "./loss_panel.ts";
import { keyOf, type Training, trainingsOf } from "./loss_trainings.ts";
import type { Pen } from "./pen.ts";

/** Height of a panel's curves, and pixels between two panels. */
const HEIGHT = 176;
const ALONE = 260;
const GAP = 12;

/** Every method that trained, of the first seed; one slice's trainings stand left of the next one's. Undefined where none trained. */
export function adapterLossChart(results: Results): Chart | undefined {
  const methods = methodSummaries(results).map((method) => ({ ...method, trainings: trainingsOf(results, method) }))
    .filter(({ trainings }) => trainings.length > 0);
  if (methods.length === 0) return undefined;
  const columns = methods.length === 4 ? 2 : Math.min(3, methods.length);
  const width = (CHART_WIDTH - 20) / columns;
  const panels = methods.map(({ label, trainings }): Panel => {
    const slices = slicesOf(trainings);
    const curves = trainings.map(({ slice, points, stroke }) => {
      const at = slices.findIndex((other) => other.slice === slice);
      const steps = Math.max(1, slices[at]?.steps ?? 1);
      return { points: points.map(({ x, y }) => ({ x: at + x / steps, y })), ...stroke };
    });
    const key = keyRows(keyOf(trainings), width - MARGIN);
    return { label, curves, slices, key, range: lossRange(curves.map(({ points }) => points)) };
  });
  const rows = rowsOf(panels, columns);
  const configuration: ChartConfiguration<"line", CurvePoint[]> = {
    type: "line",
    data: {
      datasets: panels.flatMap(({ label, curves }) =>
        curves.map(({ points, colour, dash }) => ({
          label,
          data: [...points],
          borderColor: colour,
          borderDash: [...dash],
        }))
      ),
    },
    options: {
      ...frame({
        title: "Loss while methods adapt",
        subtitle: `nats over optimiser steps, seed ${results.runs[0]?.seed ?? 0}, each panel with its own axes; ${
          grainWords(methods.flatMap(({ runs: [{ loss }] }) => loss))
        }`,
      }),
      scales: { x: { type: "linear", display: false }, y: { display: false } },
    },
    plugins: [drawn(rows, width) as Plugin],
  };
  return {
    height: 76 + rows.reduce((sum, { height }) => sum + height + GAP, 0),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** Pixels that a panel leaves free at its right. */
const MARGIN = 14;

/** Each slice and the steps of its longest training. */
function slicesOf(trainings: readonly Training[]): Panel["slices"] {
  return [...new Set(trainings.map(({ slice }) => slice))].map((slice) => ({
    slice,
    steps: Math.max(...trainings.filter((training) => training.slice === slice).map(({ last }) => last)),
  }));
}

/** Panels side by side, as high as the one with the longest key needs. */
interface Row {
  readonly panels: readonly Panel[];
  /** Of curves and axes alone. */
  readonly plot: number;
  readonly height: number;
}

function rowsOf(panels: readonly Panel[], columns: number): Row[] {
  const plot = columns === panels.length ? ALONE : HEIGHT;
  return Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) => {
    const beside = panels.slice(row * columns, (row + 1) * columns);
    return { panels: beside, plot, height: plot + Math.max(...beside.map(({ key }) => key.height)) };
  });
}

function drawn(rows: readonly Row[], width: number): Plugin<"line"> {
  return {
    id: "panels",
    beforeDatasetsDraw(chart) {
      const pen = chart.ctx as unknown as Pen;
      let { top } = chart.chartArea;
      for (const { panels, plot, height } of rows) {
        panels.forEach((panel, column) => {
          const left = 10 + column * width;
          drawPanel(pen, panel, { left, right: left + width - MARGIN, top, bottom: top + plot });
        });
        top += height + GAP;
      }
      return false;
    },
  };
}
