/**
 * Which run's regions a report draws.
 * @module
 */
import { methodSummaries } from "../summary.ts";
import type { RegionsResult, Results } from "../types.ts";

/** The regions of one run, and whose they are. */
export interface ShownRegions {
  readonly label: string;
  readonly seed: number;
  readonly regions: RegionsResult;
}

/** The first seed of the reference method, or of the first method that has regions; undefined where none has. */
export function shownRegions(results: Pick<Results, "spec" | "runs">): ShownRegions | undefined {
  const { reference } = results.spec.report;
  const shown = methodSummaries(results).flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, regions }) => regions === undefined ? [] : [{ label, seed, regions }])
  );
  return shown.find(({ label }) => label === reference) ?? shown[0];
}
