/**
 * Seconds of a sweep's stages, what cells share counted once.
 * @module
 */
import type { FinishedCell } from "./types.ts";

/** What all cells took. */
export interface SweepSeconds {
  /** As if each cell had been computed by itself. */
  readonly all: number;
  /** A stage that several cells take from the store counts once. */
  readonly distinct: number;
  /** For each cell, of its stages those that no cell before it has. */
  readonly added: readonly number[];
}

/**
 * Sums of the durations that cells' results have. A stage keeps the time of its computation wherever it is used, so that one of the same name
 * and the same time, to the last digit, is the same stage.
 */
export function secondsOf(cells: readonly FinishedCell[]): SweepSeconds {
  const seen = new Set<string>();
  const added = cells.map(({ results }) =>
    results.durations.reduce((sum, { stage, seconds }) => {
      const name = `${stage} ${seconds}`;
      if (seen.has(name)) return sum;
      seen.add(name);
      return sum + seconds;
    }, 0)
  );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    all: sum(cells.flatMap(({ results }) => results.durations.map(({ seconds }) => seconds))),
    distinct: sum(added),
    added,
  };
}
