/**
 * What curves say, in sentences that follow from the numbers by rule.
 * @module
 */
import { bold, plain, series } from "../../../src/reporting/markdown.ts";
import { count, fixed } from "../../../src/reporting/numbers.ts";
import { AXES, type CurveAxis, MOVIELENS_10M } from "./axes.ts";
import { type Growth, growthsOf, stagesAt, WHOLE } from "./growth.ts";
import type { PowerLaw } from "./power_law.ts";
import type { Curves, PointRecord, StageRecord } from "./records.ts";

/** An exponent above this is worth a word: a tenfold takes sixteen times as long. */
export const STEEP = 1.2;

/** Bytes that no stage may take at MovieLens-10M's size. */
export const MEMORY_BAR = 6e9;

/** A curve with what was measured of it. */
export interface MeasuredCurve {
  readonly about: CurveAxis;
  readonly points: readonly PointRecord[];
  readonly seconds: readonly Growth[];
  readonly megabytes: readonly Growth[];
}

/** Every curve that has a point, in the order they are measured. */
export function measuredCurves({ curves, fixed }: Curves): MeasuredCurve[] {
  return AXES.flatMap((about) => {
    const points = curves[about.axis] ?? [];
    const growths = (measure: "seconds" | "megabytes") => growthsOf(about.axis, points, fixed, measure);
    return points.length === 0 ? [] : [{ about, points, seconds: growths("seconds"), megabytes: growths("megabytes") }];
  });
}

/** The whole pipeline at MovieLens-10M's size; undefined where that was not measured to its end. */
export function movielens10m({ curves }: Curves): readonly StageRecord[] | undefined {
  const points = curves.interactions ?? [];
  const point = points.find(({ at, done }) => done && at === MOVIELENS_10M);
  return point && stagesAt(point, points);
}

/** What comes first: what is steep and whether MovieLens-10M's size fits, then for each curve what grows fastest and what a tenfold takes. */
export function summary(all: Curves): string[] {
  const curves = measuredCurves(all);
  const first = [...steepWords(curves), ...tenMillion(movielens10m(all))].join(" ");
  const list = curves.flatMap(growing).map((words) => `- ${words}`).join("\n");
  return [first, list].filter((block) => block !== "");
}

function growing({ about: { tenTimes }, seconds }: MeasuredCurve): string[] {
  const whole = seconds.find(({ stage }) => stage === WHOLE)?.figures;
  const [least, most] = [whole?.[0], whole?.at(-1)];
  const [fastest] = lawsOf(seconds).toSorted((a, b) => b.law.exponent - a.law.exponent);
  if (least === undefined || most === undefined || fastest === undefined) return [];
  const { stage, law } = fastest;
  return [
    `From ${count(least.x)} to ${count(most.x)} ${tenTimes} the whole pipeline takes ${
      times(most.y / least.y)
    } as long. ` +
    `${bold(plain(stage))} grows fastest, with an exponent of ${
      exponentWords(law)
    }: ten times the ${tenTimes} take it ` +
    `${times(10 ** law.exponent)} as long, the fixed cost aside.`,
  ];
}

const times = (ratio: number): string => `${fixed(ratio, ratio < 20 ? 1 : 0)} times`;

/** Laws of single stages. */
const lawsOf = (growths: readonly Growth[]) =>
  growths.flatMap(({ stage, law }) => law === undefined || stage === WHOLE ? [] : [{ stage, law }]);

function steepWords(curves: readonly MeasuredCurve[]): string[] {
  const laws = curves.flatMap(({ about: { tenTimes }, seconds, megabytes }) => [
    ...lawsOf(seconds).map((each) => ({ ...each, over: `time over ${tenTimes}` })),
    ...lawsOf(megabytes).map((each) => ({ ...each, over: `memory over ${tenTimes}` })),
  ]);
  if (laws.length === 0) return [];
  const steep = laws.filter((each) => steepness(each) > STEEP);
  if (steep.length === 0) {
    return [`No stage's exponent is above ${STEEP}, in time or memory, over all sizes or between the two largest.`];
  }
  const words = [...Map.groupBy(steep, ({ over }) => over)].map(([over, stages]) => {
    const { stage, law: { exponent, last } } = stages.reduce((most, each) =>
      steepness(each) > steepness(most) ? each : most
    );
    const figures = `(${fixed(exponent, 2)} over all sizes, ${fixed(last, 2)} between the two largest)`;
    return stages.length === 1
      ? `${plain(stage)} in ${over} ${figures}`
      : `${stages.length} stages in ${over}, most of all ${plain(stage)} ${figures}`;
  });
  return [`Above an exponent of ${STEEP}: ${series(words)}.`];
}

type Steep = ReturnType<typeof lawsOf>[number];
/** As it is shown: what is 1.2 in a table is not above it in a sentence. */
const steepness = ({ law: { exponent, last } }: Steep): number => Math.round(100 * Math.max(exponent, last)) / 100;

function tenMillion(stages: readonly StageRecord[] | undefined): string[] {
  if (stages === undefined) return [];
  const minutes = stages.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const largest = largestOf(stages);
  const met = 1e6 * largest.megabytes < MEMORY_BAR ? "under" : "over";
  return [
    `Of MovieLens-10M's size the whole pipeline takes ${fixed(minutes, 1)} minutes, and no process more than ` +
    `${fixed(largest.megabytes / 1000, 2)} GB (${plain(largest.stage)}): ${met} the bar of ${MEMORY_BAR / 1e9} GB.`,
  ];
}

/** The stage whose process held most. */
export const largestOf = (stages: readonly StageRecord[]): StageRecord =>
  stages.reduce((most, stage) => stage.megabytes > most.megabytes ? stage : most);

/** An exponent with its standard error, where there is one. */
export const exponentWords = ({ exponent, error }: PowerLaw): string =>
  fixed(exponent, 2) + (error === undefined ? "" : ` ± ${fixed(error, 2)}`);
