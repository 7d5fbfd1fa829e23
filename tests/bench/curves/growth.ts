/**
 * How stages grow along a curve: figures by size, and the power law through what they cost beyond their fixed cost.
 * @module
 */
import { type PowerLaw, powerLaw } from "./power_law.ts";
import type { Axis, Facts, PointRecord, StageRecord } from "./records.ts";

/** What is measured of a stage. */
export type Measure = "seconds" | "megabytes";

/** A figure at one size. */
export interface Figure {
  /** The size as it turned out. */
  readonly x: number;
  readonly y: number;
}

/** One stage along one curve. */
export interface Growth {
  readonly stage: string;
  /** In the order of the sizes. */
  readonly figures: readonly Figure[];
  /** What it costs with next to nothing to do; 0 where that was not measured. */
  readonly fixed: number;
  /** Of figures less the fixed cost; undefined where fewer than two of them rise above it. */
  readonly law?: PowerLaw;
  /** Sizes whose figure does not rise above the fixed cost, and which the law leaves out. */
  readonly buried: number;
}

/** A figure less than this share above the fixed cost may be nothing but the fixed cost's own ups and downs. */
const ABOVE = .1;

/** All stages together, as if a run were one process after the other. */
export const WHOLE = "all stages";

/** The size of a point on its curve's axis. */
export const sizeOn = (axis: Axis, facts: Facts): number => facts[axis];

/** Every stage that was measured at two sizes or more, in the order of the run; seconds have a last line for {@linkcode WHOLE}. */
export function growthsOf(
  axis: Axis,
  points: readonly PointRecord[],
  fixed: PointRecord | undefined,
  measure: Measure,
): Growth[] {
  const stages = [...new Set(points.flatMap(({ stages }) => stages.map(({ stage }) => stage)))];
  const growths = stages.map((stage) => {
    const figures = points.flatMap(({ facts, stages }) =>
      stages.filter((record) => record.stage === stage).map((record) => ({
        x: sizeOn(axis, facts),
        y: record[measure],
      }))
    );
    return growth(stage, figures, fixed?.stages.find((record) => record.stage === stage)?.[measure] ?? 0);
  });
  const shown = growths.filter(({ figures }) => figures.length > 1);
  if (measure === "megabytes") return shown;
  const figures = points.filter(({ done }) => done).map((point) => ({
    x: sizeOn(axis, point.facts),
    y: sum(stagesAt(point, points)),
  }));
  return figures.length < 2 ? shown : [...shown, growth(WHOLE, figures, fixed === undefined ? 0 : sum(fixed.stages))];
}

/** Stages measured at one size alone, since their results are the same at every other. */
export function constantStages(points: readonly PointRecord[]): string[] {
  const stages = points.flatMap(({ stages }) => stages.map(({ stage }) => stage));
  return points.length < 2 ? [] : stages.filter((stage) => stages.indexOf(stage) === stages.lastIndexOf(stage));
}

/** All stages of a point, those that an earlier one has measured included. */
export function stagesAt(point: PointRecord, points: readonly PointRecord[]): StageRecord[] {
  const elsewhere = points.filter((other) => other !== point).flatMap(({ stages }) => stages)
    .filter(({ stage }) => constantStages(points).includes(stage));
  const shared = elsewhere.filter(({ stage }) => !point.stages.some((own) => own.stage === stage));
  const [data, ...others] = point.stages;
  return data === undefined ? [] : [data, ...shared, ...others];
}

function growth(stage: string, figures: readonly Figure[], fixed: number): Growth {
  const above = figures.filter(({ y }) => y > (1 + ABOVE) * fixed).map(({ x, y }) => ({ x, y: y - fixed }));
  const law = powerLaw(above);
  return { stage, figures, fixed, ...(law && { law }), buried: figures.length - above.length };
}

const sum = (stages: readonly StageRecord[]): number => stages.reduce((total, { seconds }) => total + seconds, 0);
