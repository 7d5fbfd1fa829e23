/**
 * The first paragraphs of a sweep's report: what the setting changes, in words, by rules from the numbers alone.
 * @module
 */
import { bold, few, plain, series } from "../markdown.ts";
import { measure as digits } from "../numbers.ts";
import type { Figure } from "../summary.ts";
import { cellsWords, pathWords } from "./cells.ts";
import { figureIn, measureOf, type MethodEffect, methodEffects } from "./effects.ts";
import type { FinishedCell, SweepFile, SweepResults } from "./types.ts";
import { cautionWords, unfinishedWords } from "./verdict_cautions.ts";
import { costWords } from "./verdict_cost.ts";
import { pairWords } from "./verdict_pairs.ts";

/** Methods told of one by one; the tables have the others. */
const TOLD = 3;

/** Markdown, one line a paragraph: what the setting changes, against whom it counts, what it costs and how far to trust that. */
export function sweepVerdict(sweep: SweepResults): string {
  const { file, cells } = sweep;
  if (cells.length === 0) return "No cell was finished, so nothing can be said.";
  // A control follows its raie's steps: it is told of where the two are compared.
  const effects = methodEffects(sweep).filter(({ discounted, control }) => !discounted && control === undefined);
  const found = cells.length === 1
    ? [`One cell alone was finished, ${cellsWords(file, cells)}, so nothing can be said of what the setting changes.`]
    : effectWords(sweep, effects);
  return [
    [...found, ...unfinishedWords(sweep)].join(" "),
    pairWords(sweep).join(" "),
    [...costWords(sweep, effects), ...cautionWords(sweep)].join(" "),
  ].filter((paragraph) => paragraph !== "").join("\n\n");
}

function effectWords(sweep: SweepResults, effects: readonly MethodEffect[]): string[] {
  const concerned = effects.filter(({ paths }) => paths.length > 0);
  const quiet = effects.filter(({ paths }) => paths.length === 0);
  const setting = pathWords(sweep.file);
  if (concerned.length === 0) {
    return [`Over the ${sweep.cells.length} cells nothing that was measured changes with ${setting}.`];
  }
  const told = inOrderOfInterest(concerned, sweep);
  const shown = told.slice(0, TOLD);
  return [
    ...shown.flatMap((effect) => ["T", "S"].flatMap((slice) => sliceWords(sweep, effect, slice))),
    ...(told.length > shown.length
      ? [`The tables tell of ${few(told.slice(TOLD).map(({ label }) => plain(label)))}, which it concerns as well.`]
      : []),
    ...bestWords(sweep, concerned),
    ...(quiet.length === 0 ? [] : [
      `${few(quiet.map(({ label }) => plain(label)))} ${
        quiet.length === 1 ? "has the same figures" : "each have the same figures"
      } in every cell: ${setting} ${sweep.file.sweep.length === 1 ? "does" : "do"} not concern ${
        quiet.length === 1 ? "it" : "them"
      }.`,
    ]),
  ];
}

/** The report's own method, those with regions, and then the others. */
function inOrderOfInterest(effects: readonly MethodEffect[], { cells: [first] }: SweepResults): MethodEffect[] {
  const reference = first?.results.spec.report.reference;
  const rank = ({ label, kind }: MethodEffect) => kind === "raie" ? 0 : label === reference ? 1 : 2;
  return effects.toSorted((a, b) => rank(a) - rank(b));
}

interface Point {
  readonly cell: FinishedCell;
  readonly figure: Figure;
}

const pointsOf = (effect: MethodEffect, slice: string, measure: string): Point[] =>
  effect.cells.flatMap((each) => {
    const figure = figureIn(each, slice, measure);
    return figure === undefined ? [] : [{ cell: each.cell, figure }];
  });

const highest = (points: readonly Point[]): Point | undefined =>
  points.reduce<Point | undefined>(
    (best, point) => best === undefined || point.figure.mean > best.figure.mean ? point : best,
    undefined,
  );
const lowest = (points: readonly Point[]): Point | undefined =>
  points.reduce<Point | undefined>(
    (least, point) => least === undefined || point.figure.mean < least.figure.mean ? point : least,
    undefined,
  );

/** How one method's figure on a slice goes with the setting, and whether the intervals keep its ends apart. */
function sliceWords({ file, cells }: SweepResults, effect: MethodEffect, slice: string): string[] {
  const measure = cells[0]!.results.spec.report.measure;
  const points = pointsOf(effect, slice, measure);
  const [most, least] = [highest(points), lowest(points)];
  if (most === undefined || least === undefined || points.length < 2) return [];
  const who = `${bold(plain(effect.label))}'s ${measure} on ${slice}`;
  const shown = ({ figure }: Point) => {
    const same = points.filter((other) => digits(other.figure.mean) === digits(figure.mean));
    return `${digits(figure.mean)} at ${cellsWords(file, same.map(({ cell }) => cell))}`;
  };
  if (digits(most.figure.mean) === digits(least.figure.mean)) {
    return [`${who} is ${digits(most.figure.mean)} in every cell.`];
  }
  const trend = trendOf(file, points);
  const [first, last] = [points[0]!, points.at(-1)!];
  const course = trend === undefined
    ? `is highest, ${shown(most)}, and lowest, ${shown(least)}`
    : `${trend} with ${pathWords(file)}, from ${shown(first)} to ${shown(last)}`;
  return [`${who} ${course}; ${apartWords(most.figure, least.figure)}.`];
}

/** "rises" or "falls" where one path of numbers is swept and every step, from the least value to the largest, goes one way. */
function trendOf({ sweep }: SweepFile, points: readonly Point[]): "rises" | "falls" | undefined {
  const [only, ...others] = sweep;
  if (only === undefined || others.length > 0 || points.length < 3) return undefined;
  const values = points.map(({ cell }) => cell.settings[only.path]);
  if (!values.every((value, i) => typeof value === "number" && (i === 0 || value > Number(values[i - 1])))) {
    return undefined;
  }
  const steps = points.slice(1).map(({ figure }, i) => figure.mean - points[i]!.figure.mean);
  if (steps.every((step) => step > 0)) return "rises";
  return steps.every((step) => step < 0) ? "falls" : undefined;
}

/** What the intervals of two cells say; overlapping ones may still hide a difference, since users are the same. */
function apartWords({ interval: high }: Figure, { interval: low }: Figure): string {
  if (high === undefined || low === undefined) return "there are no intervals to tell that from noise";
  return high[0] > low[1]
    ? "the two intervals do not overlap"
    : "the two intervals overlap, so that this does not show that the setting matters";
}

/** Where several methods change: the cell and the method with the highest figure on T. */
function bestWords(sweep: SweepResults, effects: readonly MethodEffect[]): string[] {
  if (effects.length < 2) return [];
  const measure = measureOf(sweep);
  const all = effects.flatMap((effect) => pointsOf(effect, "T", measure).map((point) => ({ ...point, effect })));
  const best = highest(all);
  if (best === undefined) return [];
  const ties = all.filter(({ figure }) => digits(figure.mean) === digits(best.figure.mean));
  const who = effects.flatMap((effect) => {
    const at = ties.filter((tie) => tie.effect === effect).map(({ cell }) => cell);
    return at.length === 0 ? [] : [`${plain(effect.label)} at ${cellsWords(sweep.file, at)}`];
  });
  return [
    `The highest figure of all on T, ${digits(best.figure.mean)}, is that of ${series(who)}.`,
  ];
}
