/**
 * reports/scaling: curves.json as charts and text, the same bytes for the same figures.
 * @module
 */
import { join } from "node:path";
import { removeIfThere, writeWhole } from "../../../src/files.ts";
import { type Chart, renderPng } from "../../../src/reporting/charts/canvas.ts";
import { code, folded, plain, series, table } from "../../../src/reporting/markdown.ts";
import { count, fixed } from "../../../src/reporting/numbers.ts";
import { growthChart } from "./chart.ts";
import { constantStages, type Growth, type Measure, sizeOn } from "./growth.ts";
import type { Curves, StageRecord } from "./records.ts";
import { exponentWords, largestOf, type MeasuredCurve, measuredCurves, movielens10m, summary } from "./words.ts";

/** A picture of a curve. */
export interface CurveChart {
  /** Below charts/. */
  readonly file: string;
  readonly alternative: string;
  readonly chart: Chart;
}

const MEASURES: readonly (readonly [Measure, string, string])[] = [
  ["seconds", "time", "seconds"],
  ["megabytes", "memory", "megabytes at the peak"],
];

/** A chart of time and one of memory for each curve that has two sizes. */
export const curveCharts = (curves: Curves): CurveChart[] => measuredCurves(curves).flatMap(chartsOf);

function chartsOf(curve: MeasuredCurve): CurveChart[] {
  const { about } = curve;
  return MEASURES.flatMap(([measure, name, words]) => {
    const chart = growthChart(about, measure, curve[measure]);
    const alternative = `Lines: ${words} of each stage over ${about.title}, both axes logarithmic`;
    return chart === undefined ? [] : [{ file: `${about.axis}_${name}.png`, alternative, chart }];
  });
}

/** The report as Markdown. */
export function curvesReport(curves: Curves): string {
  return [
    "# What growing costs",
    ...unfinished(curves),
    ...summary(curves),
    ...howMeasured(curves),
    ...movielensSection(movielens10m(curves)),
    ...measuredCurves(curves).flatMap(curveSection),
  ].join("\n\n") + "\n";
}

/** Writes report.md and charts/ beside curves.json. */
export async function writeCurvesReport(out: string, curves: Curves): Promise<void> {
  const folder = join(out, "charts");
  await removeIfThere(folder);
  await Deno.mkdir(folder, { recursive: true });
  for (const { file, chart } of curveCharts(curves)) await writeWhole(join(folder, file), await renderPng(chart));
  await writeWhole(join(out, "report.md"), curvesReport(curves));
}

function unfinished(curves: Curves): string[] {
  const open = measuredCurves(curves).flatMap(({ about: { axis }, points }) =>
    points.filter(({ done }) => !done).map(({ at }) => `${axis} ${count(at)}`)
  );
  return open.length === 0 ? [] : [`**Not measured to the end:** ${series(open)}.`];
}

function howMeasured({ machine: { cores, memory, engine, deno, raie }, fixed: least }: Curves): string[] {
  const exponents = least === undefined
    ? "The fixed cost was not measured: exponents are those of the whole figures."
    : `Exponents are least squares on logarithms, ± their standard error, through what a stage costs beyond its fixed ` +
      `cost: that of the same stage on ${count(least.facts.interactions)} interactions of ` +
      `${
        count(least.facts.items)
      } items (graphs traced, programs and libraries in memory). A figure less than a tenth ` +
      `above it is left out of them.`;
  return [
    "## How it was measured",
    `${cores} cores, ${memory} GB; raie ${code(raie)}, deno ${code(deno)}, ${plain(engine)}. ` +
    `Made-up data, read from a file as a user's own are; base, lora and RAIE on sasrec of width 64, one epoch each. ` +
    `Losses are binary cross-entropy on one negative, so that training does not grow with the catalogue; rankings are ` +
    `over all of it.`,
    `Each stage is computed in a process of its own, from a store that lacks it. Its time is the stage's alone; its ` +
    `memory is the most that the process held (VmHWM), which the slices take part of in every stage.`,
    `${exponents} ${code("deno task bench --curves all")} measures, and goes on where it was interrupted; ` +
    `${code("--render")} writes this again from curves.json.`,
  ];
}

function movielensSection(stages: readonly StageRecord[] | undefined): string[] {
  if (stages === undefined) return [];
  const rows = stages.map(({ stage, size, seconds, megabytes }) => [
    ...[plain(stage), plain(size), secondsText(seconds), count(megabytes)],
  ]);
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    "## MovieLens-10M's size",
    table([["Stage", "left"], ["Size", "left"], ["Seconds", "right"], ["Peak MB", "right"]], [
      ...rows,
      ["**all stages**", "", `**${secondsText(total)}**`, `**${count(largestOf(stages).megabytes)}**`],
    ]),
  ];
}

function curveSection(curve: MeasuredCurve): string[] {
  const { about: { title, about }, points } = curve;
  const constant = constantStages(points);
  const same = constant.length === 0
    ? []
    : [`Measured once, since the results are the same at every size: ${series(constant.map(plain))}.`];
  return [
    `## Over ${title}`,
    [about, ...same].join(" "),
    ...chartsOf(curve).map(({ file, alternative }) => `![${alternative}](charts/${file})`),
    ...MEASURES.flatMap(([measure, , words]) => figuresTable(curve, measure, words)),
    ...folded("What the data were", [factsTable(curve)]),
  ];
}

function figuresTable(
  { about: { axis }, points, ...growths }: MeasuredCurve,
  measure: Measure,
  words: string,
): string[] {
  const shown = growths[measure];
  if (shown.length === 0) return [];
  const text = measure === "seconds" ? secondsText : (megabytes: number) => count(Math.round(megabytes));
  const sizes = points.map(({ facts }) => sizeOn(axis, facts));
  const row = (growth: Growth) => [
    plain(growth.stage),
    text(growth.fixed),
    ...sizes.map((size) => growth.figures.filter(({ x }) => x === size).map(({ y }) => text(y))[0] ?? "–"),
    growth.law === undefined
      ? "–"
      : exponentWords(growth.law) + (growth.buried > 0 ? ` (of ${growth.figures.length - growth.buried})` : ""),
    growth.law === undefined ? "–" : fixed(growth.law.last, 2),
  ];
  const columns = ["Fixed", ...sizes.map(count), "Exponent", "Between the two largest"];
  return [table([[`Stage, ${words}`, "left"], ...columns.map((name) => [name, "right"] as const)], shown.map(row))];
}

function factsTable({ points }: MeasuredCurve): string {
  const columns = ["Interactions", "Users of S", "Items", "Context", "K", "S windows", "F windows", "T windows"];
  const rows = points.map(({ facts: { interactions, users, items, context, k, windows: { S, F, T } } }) =>
    [interactions, users, items, context, k, S, F, T].map(count)
  );
  return table(columns.map((name) => [name, "right"]), rows);
}

/** Enough digits to tell stages apart, and no more. */
const secondsText = (seconds: number): string => seconds < 100 ? fixed(seconds, 1) : count(Math.round(seconds));
