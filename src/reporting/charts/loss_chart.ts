/**
 * Chart: loss over optimiser steps while the backbone learns S.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { type CurvePoint, grainWords, lossRange, smooth } from "./curves.ts";
import { frame, numberAxis } from "./frame.ts";
import { dashOf, INK, lighter } from "./palette.ts";
import { line, type Pen, write } from "./pen.ts";

/** Pixels at the right for the curves' names, and from one name to the next. */
const NAMES = 170;
const ROW = 22;

/** One curve a seed; undefined where its weights were not trained here. */
export function backboneLossChart({ spec, backbone }: Results): Chart | undefined {
  const losses = backbone.loss.filter(({ steps }) => steps.length > 0);
  if (losses.length === 0) return undefined;
  const curves = losses.map(({ steps, values }) => smooth(steps, values));
  const last = Math.max(...curves.map((points) => points.at(-1)?.x ?? 0));
  const named = curves.length > 1;
  const configuration: ChartConfiguration<"line", CurvePoint[]> = {
    type: "line",
    data: {
      datasets: curves.map((points, i) => ({
        label: `seed ${losses[i]?.seed ?? 0}`,
        data: points,
        borderColor: lighter(INK.text, Math.min(.6, .3 * i)),
        borderDash: dashOf(i),
        borderWidth: 2.2,
        pointRadius: points.length === 1 ? 4 : 0,
      })),
    },
    options: {
      ...frame({
        title: "Loss while the backbone learns S",
        subtitle: `${spec.backbone.kind}, ${spec.backbone.training.loss.kind}; ${grainWords(losses)}`,
        right: named ? NAMES : 0,
      }),
      scales: {
        x: numberAxis("optimiser steps", { min: 0, max: last, about: 7 }),
        y: numberAxis("loss (nats)", lossRange(curves)),
      },
    },
    plugins: named ? [curveNames as Plugin<"line">] : [],
  };
  return {
    height: Math.max(340, 130 + ROW * curves.length),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** The curves' names at the right, each behind a piece of its line. */
const curveNames: Plugin<"line"> = {
  id: "curveNames",
  afterDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const { right, top } = chart.chartArea;
    chart.data.datasets.forEach(({ label = "", borderColor, borderDash }, i) => {
      const y = top + 12 + i * ROW;
      const colour = typeof borderColor === "string" ? borderColor : INK.text;
      line(pen, [right + 18, y], [right + 58, y], {
        colour,
        width: 2.2,
        dash: Array.isArray(borderDash) ? borderDash.map(Number) : [],
      });
      write(pen, label, right + 66, y);
    });
  },
};
