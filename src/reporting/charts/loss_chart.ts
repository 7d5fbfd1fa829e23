/**
 * Charts: loss over optimiser steps, of the backbone and of everything the methods trained.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { methodSummaries, sliceNames } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { chartName, frame, numberAxis } from "./frame.ts";
import { dashOf, INK, lighter, methodLook } from "./palette.ts";
import { fitted, line, type Pen, write } from "./pen.ts";

interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly dash: number[];
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Whether a point stands for several steps. */
  readonly averaged: boolean;
}

/** Points drawn of a curve: means of neighbours, since single batches jump about. */
const POINTS = 40;

/** More curves than this cannot be told apart; the rest is in results.json. */
const CURVES = 14;

/** Pixels at the right for the curves' names, and from one name to the next. */
const NAMES = 236;
const ROW = 22;

/** The backbone's training on S, one curve a seed; undefined where it has none. */
export function backboneLossChart(results: Results): Chart | undefined {
  const { kind, training } = results.spec.backbone;
  const curves = results.backbone.loss.map(({ seed, steps, values }, i): Curve => ({
    label: `seed ${seed}`,
    colour: lighter(INK.text, Math.min(.6, .3 * i)),
    dash: dashOf(i),
    points: smooth(steps, values),
    averaged: steps.length > POINTS,
  }));
  return lossChart(curves, "Loss while the backbone learns S", `${kind}, ${training.loss.kind}`);
}

/** Every adapter's training, one curve each, of the first seed, F1 before F2; undefined where no method trained. */
export function adapterLossChart(results: Results): Chart | undefined {
  const curves = methodSummaries(results).flatMap(({ label, kind, variant, runs: [{ loss, method }] }) =>
    loss.map(({ name, steps, values }, i) => ({
      slice: name.split(" ").at(-1) ?? "",
      // "lora F1" of the method labelled lora says it once.
      label: chartName(
        name.startsWith(`${method} `) ? `${label}${name.slice(method.length)}` : `${chartName(label, 11)}: ${name}`,
        25,
      ),
      // A method's first curve is the darkest.
      colour: lighter(methodLook(kind, variant).colour, Math.min(.5, .13 * i)),
      dash: dashOf(i),
      points: smooth(steps, values),
      averaged: steps.length > POINTS,
    }))
  );
  const slices = sliceNames(results);
  const ordered = curves.sort((a, b) => slices.indexOf(a.slice) - slices.indexOf(b.slice));
  return lossChart(ordered, "Loss while adapters learn F", `seed ${results.runs[0]?.seed ?? 0}`);
}

function lossChart(all: readonly Curve[], title: string, what: string): Chart | undefined {
  const drawn = all.filter(({ points }) => points.length > 0);
  const curves = drawn.slice(0, CURVES);
  if (curves.length === 0) return undefined;
  const left = drawn.length - curves.length;
  const values = curves.flatMap(({ points }) => points.map(({ y }) => y));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(.06 * (high - low), 1e-3);
  const last = Math.max(...curves.map(({ points }) => points.at(-1)?.x ?? 0));
  const named = curves.length > 1;
  const grain = curves.some(({ averaged }) => averaged)
    ? "means of neighbouring steps, where there are many"
    : "step by step; an epoch's last batch may be small";
  const configuration: ChartConfiguration<"line", { x: number; y: number }[]> = {
    type: "line",
    data: {
      datasets: curves.map(({ label, colour, dash, points }) => ({
        label,
        data: [...points],
        borderColor: colour,
        backgroundColor: colour,
        borderDash: dash,
        borderWidth: 2.2,
        pointRadius: points.length === 1 ? 4 : 0,
      })),
    },
    options: {
      ...frame({
        title,
        subtitle: `${what}; ${grain}${left > 0 ? `; ${left} more in results.json` : ""}`,
        right: named ? NAMES : 0,
      }),
      scales: {
        x: numberAxis("optimiser steps", { min: 0, max: last, about: 7 }),
        y: numberAxis("loss (nats)", { min: Math.max(0, low - margin), max: high + margin }),
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
      write(pen, fitted(pen, label, chart.width - right - 66 - 10), right + 66, y);
    });
  },
};

/** Means of about equally many neighbouring points, at most 40 of them. */
function smooth(steps: readonly number[], values: readonly number[]): { x: number; y: number }[] {
  const count = Math.min(POINTS, steps.length);
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor(i * steps.length / count), Math.floor((i + 1) * steps.length / count)];
    const mean = (of: readonly number[]) => of.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    return { x: mean(steps), y: mean(values) };
  });
}
