/**
 * How far to trust what a sweep's report says: what was not finished, what was tested, and what was not.
 * @module
 */
import { SIGNIFICANT } from "../../spec/evidence_checks.ts";
import { isTested } from "../difference.ts";
import { few, plain } from "../markdown.ts";
import { plural } from "../numbers.ts";
import { cellsWords } from "./cells.ts";
import type { CellEntry, SweepResults } from "./types.ts";

/** Cells without results, and methods that stopped in others. */
export function unfinishedWords({ file, cells }: SweepResults): string[] {
  const lost = file.cells.filter(({ failed }) => failed !== undefined);
  const stopped = new Map<string, CellEntry[]>();
  for (const cell of cells) {
    for (const label of new Set(cell.results.failures?.map(({ label }) => label))) {
      stopped.set(label, [...stopped.get(label) ?? [], cell]);
    }
  }
  return [
    ...(lost.length === 0 ? [] : [`Not finished: ${cellsWords(file, lost)}.`]),
    ...(stopped.size === 0
      ? []
      : [`Methods that stopped: ${
        few([...stopped].map(([label, at]) => `${plain(label)} at ${cellsWords(file, at)}`))
      }.`]),
  ];
}

/** What is called significant, and that nothing between cells is. */
export function cautionWords({ cells }: SweepResults): string[] {
  const tested = cells.filter(({ results }) => isTested(results));
  const seeds = new Set(cells.flatMap(({ results }) => results.runs.map(({ seed }) => seed))).size;
  return [
    tested.length === 0
      ? "Nothing is called significant here: no cell has tests over users."
      : `Significant is p below ${SIGNIFICANT} in a paired test over users inside one cell, Holm-corrected over that cell's differences; over the ${
        plural(cells.length, "cell")
      } there is no further correction.`,
    ...(cells.length < 2 ? [] : [
      "Between cells nothing is tested: what holds there are each figure's own intervals, and the best of several values is partly the luckiest.",
    ]),
    seeds > 1
      ? `Users are averaged over ${plural(seeds, "seed")}.`
      : "There is one seed, so nothing is known of how much another would change.",
  ];
}
