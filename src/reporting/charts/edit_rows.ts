/**
 * What was done with the sequences of each F slice, means over a method's seeds.
 * @module
 */
import type { Interval } from "../../evaluation/bootstrap.ts";
import { average, methodSummaries } from "../summary.ts";
import type { RegionsResult, Results } from "../types.ts";

type Edit = RegionsResult["edits"][number];

/** Operations on sequences, in the order they are drawn; the last is no operation, but what an ablation switches off. */
export const OPERATIONS = ["update", "expand", "add", "withheld"] as const;

/** A method's edits of one slice. */
export interface EditRow {
  readonly label: string;
  readonly slice: string;
  /** Mean number of sequences of each operation, in their order. */
  readonly counts: readonly number[];
  /** Least and most over the seeds of the sum of each operation and those before it: where a bar's borders lie. */
  readonly borders: readonly Interval[];
  /** Mean numbers of regions that were new, and of pairs that became one. */
  readonly accepted: number;
  readonly merged: number;
}

/** Rows of each method in turn, its slices in the order of time. */
export function editRows(results: Pick<Results, "spec" | "runs">): EditRow[] {
  return methodSummaries(results).flatMap(({ label, runs }) => {
    const edits = runs.flatMap(({ regions }) => regions?.edits ?? []);
    return [...new Set(edits.map(({ slice }) => slice))].map((slice) => {
      const own = edits.filter((edit) => edit.slice === slice);
      const mean = (of: (edit: Edit) => number) => average(own.map(of));
      return {
        label,
        slice,
        counts: OPERATIONS.map((operation) => mean((edit) => edit[operation])),
        borders: OPERATIONS.map((_, i) => {
          const sums = own.map((edit) => OPERATIONS.slice(0, i + 1).reduce((sum, key) => sum + edit[key], 0));
          return [Math.min(...sums), Math.max(...sums)] as const;
        }),
        accepted: mean(({ accepted }) => accepted),
        merged: mean(({ merged }) => merged),
      };
    });
  });
}
