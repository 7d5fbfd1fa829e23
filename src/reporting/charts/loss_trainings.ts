/**
 * A method's trainings as the chart of losses draws them: each with a line of its own, the same one on every slice.
 * @module
 */
import { type MethodSummary, sliceNames } from "../summary.ts";
import type { Results } from "../types.ts";
import { type CurvePoint, smooth } from "./curves.ts";
import { DASHES, dashOf, lighter, lookOf, regionColour } from "./palette.ts";

/** How a line looks. */
export interface Stroke {
  readonly colour: string;
  readonly dash: readonly number[];
}

/** One training of a method: of what is named, on a slice. */
export interface Training {
  readonly name: string;
  readonly slice: string;
  readonly stroke: Stroke;
  readonly points: readonly CurvePoint[];
  readonly last: number;
}

/** What trains the adapters of several regions in one go is called. */
const TOGETHER = "regions together";

/** Of the first seed, slice after slice. Trainings are called after their slice, "region 2 F1", and joined by " + " where they are one. */
export function trainingsOf(results: Results, method: MethodSummary): Training[] {
  const { runs: [{ loss }] } = method;
  const slices = sliceNames(results);
  const found = loss.filter(({ steps }) => steps.length > 0).map(({ name, steps, values }) => {
    const words = name.split(" ");
    const slice = slices.includes(words.at(-1) ?? "") ? words.at(-1) ?? "" : "";
    const own = slice === "" ? name : words.slice(0, -1).join(" ");
    return {
      slice,
      name: own.includes(" + ") ? TOGETHER : own,
      points: smooth(steps, values),
      last: steps.at(-1) ?? 0,
    };
  });
  const others = [...new Set(found.map(({ name }) => name))].filter((name) => regionOf(name) === undefined);
  const { colour } = lookOf(method);
  return found.map((training) => ({ ...training, stroke: strokeOf(training.name, others, colour) }))
    .sort((a, b) => slices.indexOf(a.slice) - slices.indexOf(b.slice));
}

/** A name and the line it stands for. */
export interface KeyEntry {
  readonly text: string;
  readonly stroke: Stroke;
}

/** What each line of a method stands for, regions last and in order: "default", "region 1", "2", "3". Nothing where there is one. */
export function keyOf(trainings: readonly Training[]): KeyEntry[] {
  const strokes = new Map(trainings.map(({ name, stroke }) => [name, stroke]));
  if (strokes.size < 2) return [];
  const names = [...strokes.keys()].sort((a, b) => (regionOf(a) ?? 0) - (regionOf(b) ?? 0));
  const first = names.find((name) => regionOf(name) !== undefined);
  return [...strokes].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b)).map(([name, stroke]) => {
    const region = regionOf(name);
    return { text: region === undefined || name === first ? name : String(region), stroke };
  });
}

/** "region 2" is 2. */
function regionOf(name: string): number | undefined {
  const [, digits] = /^region (\d+)$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** A region has its colour of the maps, and is never solid; what is no region has the method's. */
function strokeOf(name: string, others: readonly string[], colour: string): Stroke {
  const region = regionOf(name);
  if (region !== undefined) {
    return { colour: regionColour(region - 1), dash: dashOf(1 + (region - 1) % (DASHES.length - 1)) };
  }
  const place = others.indexOf(name);
  return { colour: lighter(colour, Math.min(.4, .1 * place)), dash: dashOf(Math.min(place, DASHES.length - 1)) };
}
