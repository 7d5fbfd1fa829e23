/**
 * Two or more results side by side: where their specs, data and engines differ, and what each method measured.
 * @module
 */
import { average, methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import type { Differing } from "./differing.ts";
import { dataChanges, originChanges } from "./origins.ts";
import { specChanges } from "./spec_changes.ts";
import { figureError } from "./standard_error.ts";

/** Results with where they lie. */
export interface NamedResults {
  /** As the user named them. */
  readonly path: string;
  readonly results: Results;
}

/** A measure's mean over seeds. */
export interface ComparedFigure {
  readonly mean: number;
  /** One standard error, where it has one: over users, else over windows. */
  readonly error?: number;
}

/** How far a figure lies from that of the first results. */
export interface FigureDifference {
  readonly value: number;
  /**
   * In standard errors of the difference, as if both figures were independent: figures of the same windows are not, so this is on the
   * safe side. Absent where one of them has no error.
   */
  readonly errors?: number;
}

/** One measure of one method on one slice, in all results. */
export interface MeasureRow {
  readonly slice: string;
  readonly label: string;
  readonly measure: string;
  /** One for each of the results; undefined where it has none. */
  readonly figures: readonly (ComparedFigure | undefined)[];
  /** One for each of the results but the first. */
  readonly differences: readonly (FigureDifference | undefined)[];
}

/** What lies side by side. */
export interface SideBySide {
  readonly all: readonly NamedResults[];
  readonly spec: readonly Differing[];
  readonly data: readonly Differing[];
  readonly engine: readonly Differing[];
  /** T, then S; in each the methods in the order of the specs. */
  readonly measures: readonly MeasureRow[];
}

/** Compares all with the first; at least two. */
export function sideBySide(all: readonly NamedResults[]): SideBySide {
  const results = all.map(({ results }) => results);
  return {
    all,
    spec: specChanges(results.map(({ spec }) => spec)),
    data: dataChanges(results),
    engine: originChanges(results.map(({ provenance }) => provenance)),
    measures: ["T", "S"].flatMap((slice) => measureRows(results, slice)),
  };
}

function measureRows(all: readonly Results[], slice: string): MeasureRow[] {
  const summaries = all.map(methodSummaries);
  const labels = new Set(summaries.flatMap((methods) => methods.map(({ label }) => label)));
  const measures = new Set(
    all.flatMap(({ runs }) => runs.flatMap(({ measures }) => Object.keys(measures[slice] ?? {}))),
  );
  return [...labels].flatMap((label) =>
    [...measures].map((measure) => {
      const figures = all.map((results, i) => {
        const values = summaries[i]!.find((each) => each.label === label)?.runs.map(({ measures }) =>
          measures[slice]?.[measure]
        ).filter((value) => value !== undefined) ?? [];
        if (values.length === 0) return undefined;
        const mean = average(values);
        const error = figureError(results, { label, slice, measure }, mean);
        return { mean, ...(error !== undefined && { error }) };
      });
      const [first, ...others] = figures;
      return {
        slice,
        label,
        measure,
        figures,
        differences: others.map((other) => differenceOf(first, other)),
      };
    })
  );
}

function differenceOf(
  first: ComparedFigure | undefined,
  other: ComparedFigure | undefined,
): FigureDifference | undefined {
  if (first === undefined || other === undefined) return undefined;
  const value = other.mean - first.mean;
  const known = first.error !== undefined && other.error !== undefined;
  return { value, ...(known && { errors: value / Math.hypot(first.error, other.error) }) };
}
