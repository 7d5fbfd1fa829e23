/**
 * What each method does over the cells of a sweep: its figures, and whether what is swept concerns it at all.
 * @module
 */
import { canonicalJson } from "../../spec/canonical.ts";
import { type Figure, figureOf, methodSummaries, type MethodSummary, sliceNames } from "../summary.ts";
import { sawEvaluated } from "../suspicions.ts";
import type { FinishedCell, SweepFile, SweepResults } from "./types.ts";

/** A method in one cell. */
export interface MethodInCell {
  readonly cell: FinishedCell;
  readonly summary: MethodSummary;
}

/** One method over the cells that have it. */
export interface MethodEffect {
  readonly label: string;
  readonly kind: string;
  /** How many methods before this one have the same kind: for its look. */
  readonly variant: number;
  /** Of a K=1 control the label of its raie: for its look. */
  readonly control?: string;
  /** Never empty. */
  readonly cells: readonly [MethodInCell, ...MethodInCell[]];
  /** The swept paths that any of its figures changes with; none where all cells have the same. */
  readonly paths: readonly string[];
  /** Whether its figures are no evidence: it took its pairs from the rows it is evaluated on. */
  readonly discounted: boolean;
}

/** The measure that cells are told by. @throws {TypeError} when no cell has results. */
export function measureOf({ cells: [first] }: SweepResults): string {
  if (first === undefined) throw new TypeError("Cannot tell of a sweep: found no cell with results, wanted one");
  return first.results.spec.report.measure;
}

/** The slices of all cells in order. */
export function slicesOf({ cells }: SweepResults): string[] {
  const names = new Set(cells.flatMap(({ results }) => sliceNames(results)));
  names.delete("T");
  return [...names, "T"];
}

/** Methods in the order of the spec. */
export function methodEffects(sweep: SweepResults): MethodEffect[] {
  const measure = measureOf(sweep);
  const slices = slicesOf(sweep);
  const found = sweep.cells.map((cell) => ({ cell, summaries: methodSummaries(cell.results) }));
  const labels = inTurn(found.map(({ summaries }) => summaries.map(({ label }) => label)));
  return labels.flatMap((label) => {
    const [first, ...others] = found.flatMap(({ cell, summaries }): MethodInCell[] => {
      const summary = summaries.find((each) => each.label === label);
      return summary === undefined ? [] : [{ cell, summary }];
    });
    if (first === undefined) return [];
    const figures = (cell: MethodInCell) => JSON.stringify(slices.map((slice) => figureIn(cell, slice, measure)));
    const { kind, variant, control } = first.summary;
    return [{
      label,
      kind,
      variant,
      ...(control !== undefined && { control }),
      cells: [first, ...others] as const,
      paths: concerning(sweep.file, [first, ...others], figures),
      discounted: [first, ...others].some(({ cell }) => sawEvaluated(cell.results).includes(label)),
    }];
  });
}

/** Paths in whose values alone two cells differ and not have the same figures; all paths where cells that differ have no such neighbours. */
function concerning(
  file: SweepFile,
  cells: readonly MethodInCell[],
  figures: (cell: MethodInCell) => string,
): string[] {
  const paths = file.sweep.map(({ path }) => path);
  const told = cells.map((each) => ({
    figures: figures(each),
    values: paths.map((path) => canonicalJson(each.cell.settings[path] ?? null)),
  }));
  const first = told[0];
  if (told.every((each) => each.figures === first?.figures)) return [];
  const found = paths.filter((_, i) =>
    told.some((a) =>
      told.some((b) => a.figures !== b.figures && a.values.every((value, j) => (value === b.values[j]) === (i !== j)))
    )
  );
  return found.length === 0 ? paths : found;
}

/** A figure of a method in a cell; undefined where it has none. */
export const figureIn = ({ cell, summary }: MethodInCell, slice: string, measure: string): Figure | undefined =>
  figureOf(cell.results, summary, slice, measure);

/** Names of several lists, each once, one that a list lacks after those before it in another. */
function inTurn(lists: readonly (readonly string[])[]): string[] {
  const all: string[] = [];
  for (const list of lists) {
    list.forEach((name, i) => {
      if (!all.includes(name)) all.splice(i === 0 ? 0 : all.indexOf(list[i - 1]!) + 1, 0, name);
    });
  }
  return all;
}
