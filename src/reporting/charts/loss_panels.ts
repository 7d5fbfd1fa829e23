/**
 * Chart: loss over optimiser steps while the methods adapt, a panel for each.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { methodSummaries, type MethodSummary, sliceNames } from "../summary.ts";
import type { Results } from "../types.ts";
import { type Chart, CHART_WIDTH } from "./canvas.ts";
import { type CurvePoint, grainWords, lossRange, smooth } from "./curves.ts";
import { frame } from "./frame.ts";
import { drawPanel, type Panel } from "./loss_panel.ts";
import { DASHES, dashOf, INK, lighter, methodLook } from "./palette.ts";
import { fitted, line, type Pen, widthOf, write } from "./pen.ts";

/** Height of a panel, and pixels between two of them. */
const HEIGHT = 176;
const ALONE = 260;
const GAP = 12;

/** Pixels for the key of the dashes, and its letters. */
const KEY = 30;
const SMALL = 12;

/** Every method that trained, of the first seed; one slice's trainings stand left of the next one's. Undefined where none trained. */
export function adapterLossChart(results: Results): Chart | undefined {
  const methods = methodSummaries(results).map((method) => ({ ...method, trainings: trainingsOf(results, method) }))
    .filter(({ trainings }) => trainings.length > 0);
  if (methods.length === 0) return undefined;
  const panels = methods.map(({ label, trainings }): Panel => {
    const slices = slicesOf(trainings);
    const curves = trainings.map(({ slice, place, points, colour }) => {
      const at = slices.findIndex((other) => other.slice === slice);
      const steps = Math.max(1, slices[at]?.steps ?? 1);
      return { points: points.map(({ x, y }) => ({ x: at + x / steps, y })), colour, dash: dashOf(dashPlace(place)) };
    });
    return { label, curves, slices, range: lossRange(curves.map(({ points }) => points)) };
  });
  const key = keyOf(methods.map(({ trainings }) => trainings));
  const columns = panels.length === 4 ? 2 : Math.min(3, panels.length);
  const height = columns === panels.length ? ALONE : HEIGHT;
  const rows = Math.ceil(panels.length / columns);
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
    plugins: [drawn(panels, columns, height, key) as Plugin],
  };
  return {
    height: 76 + (key.length > 0 ? KEY : 0) + rows * (height + GAP),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** One training of a method: of the adapter named, on a slice. */
interface Training {
  readonly name: string;
  readonly slice: string;
  /** Of the name among the method's own: it decides on the dash. */
  readonly place: number;
  readonly colour: string;
  readonly points: readonly CurvePoint[];
  readonly last: number;
}

/** Trainings are called after their slice: "region 2 F1". */
function trainingsOf(results: Results, { kind, variant, runs: [{ loss }] }: MethodSummary): Training[] {
  const slices = sliceNames(results);
  const found = loss.filter(({ steps }) => steps.length > 0).map(({ name, steps, values }) => {
    const words = name.split(" ");
    const slice = slices.includes(words.at(-1) ?? "") ? words.at(-1) ?? "" : "";
    return {
      slice,
      name: slice === "" ? name : words.slice(0, -1).join(" "),
      points: smooth(steps, values),
      last: steps.at(-1) ?? 0,
    };
  });
  const names = [...new Set(found.map(({ name }) => name))];
  return found.map((training) => {
    const place = names.indexOf(training.name);
    const { colour } = methodLook(kind, variant);
    return { ...training, place, colour: lighter(colour, Math.min(.4, .1 * place)) };
  }).sort((a, b) => slices.indexOf(a.slice) - slices.indexOf(b.slice));
}

/** Each slice and the steps of its longest training. */
function slicesOf(trainings: readonly Training[]): Panel["slices"] {
  return [...new Set(trainings.map(({ slice }) => slice))].map((slice) => ({
    slice,
    steps: Math.max(...trainings.filter((training) => training.slice === slice).map(({ last }) => last)),
  }));
}

/** Trainings beyond the number of dashes share the last one. */
const dashPlace = (place: number): number => Math.min(place, DASHES.length - 1);

/** What each dash stands for; nothing where no method trains several things. */
function keyOf(methods: readonly (readonly Training[])[]): string[] {
  const several = methods.filter((trainings) => trainings.some(({ place }) => place > 0));
  return DASHES.flatMap((_, dash) => {
    const names = new Set(
      several.flatMap((trainings) =>
        trainings.filter(({ place }) => dashPlace(place) === dash).map(({ name }) => name)
      ),
    );
    const [first, second] = names;
    if (first === undefined) return [];
    return names.size < 3 ? [second === undefined ? first : `${first}, ${second}`] : [`${first} and others`];
  });
}

function drawn(panels: readonly Panel[], columns: number, height: number, key: readonly string[]): Plugin<"line"> {
  return {
    id: "panels",
    beforeDatasetsDraw(chart) {
      const pen = chart.ctx as unknown as Pen;
      const top = chart.chartArea.top + (key.length > 0 ? KEY : 0);
      let x = 12;
      key.forEach((names, i) => {
        const y = chart.chartArea.top + 4;
        line(pen, [x, y], [x + 34, y], { colour: INK.quiet, width: 2, dash: dashOf(i) });
        const text = fitted(pen, names, CHART_WIDTH - 20 - x - 40, SMALL);
        write(pen, text, x + 40, y, { size: SMALL });
        x += 40 + widthOf(pen, text, SMALL) + 18;
      });
      const width = (CHART_WIDTH - 20) / columns;
      panels.forEach((panel, i) => {
        const left = 10 + (i % columns) * width;
        const upper = top + Math.floor(i / columns) * (height + GAP);
        drawPanel(pen, panel, { left, right: left + width - 14, top: upper, bottom: upper + height });
      });
      return false;
    },
  };
}
