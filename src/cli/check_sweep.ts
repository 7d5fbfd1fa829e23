/**
 * A sweep of `deno task check`: each cell held to its committed results, and one table of what moved.
 * @module
 */
import { join } from "node:path";
import { DataError } from "../data/errors.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { writeSweep } from "../pipeline/write_sweep.ts";
import type { Obstacle } from "../reporting/review/comparable.ts";
import { differing } from "../reporting/review/differing.ts";
import { readSweepFile } from "../reporting/sweep/sweep_file.ts";
import { settingWords } from "../spec/cell_names.ts";
import { writtenOut } from "../spec/shown_text.ts";
import { CELLS, type Sweep } from "../spec/sweep.ts";
import { type CheckedCell, sweepCheckJson, sweepCheckText, sweepOutcome } from "./check_sweep_text.ts";
import { type Checked, EXIT } from "./check_text.ts";
import type { ReadSpec } from "./specs.ts";
import type { Arguments } from "./types.ts";
import { failedAlone } from "./workbench.ts";

/**
 * Checks all cells; one that fails says so and leaves the others alone. Gives the exit code.
 *
 * @param hold checks one cell against the committed results in a folder.
 */
export async function checkSweep(
  sweep: Sweep,
  runs: readonly ReadSpec[],
  reports: string,
  args: Arguments,
  hold: (read: ReadSpec, folder: string) => Promise<Checked>,
): Promise<number> {
  const committed = join(reports, sweep.name);
  const cells: CheckedCell[] = [];
  const failed = new Map<string, string>();
  const obstacle = await sweepObstacle(committed, sweep);
  let code = 0;
  for (const [i, read] of runs.entries()) {
    const { folder, settings } = sweep.cells[i]!;
    const cell = { cell: `${CELLS}/${folder}`, words: settingWords(settings) };
    if (obstacle !== undefined) {
      cells.push({ ...cell, checked: { outcome: "incomparable", obstacle } });
      continue;
    }
    try {
      const checked = await hold(read, join(reports, read.spec.name));
      cells.push({ ...cell, checked });
      if (checked.outcome === "incomparable") failed.set(folder, checked.obstacle.words);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      failed.set(folder, writtenOut(error instanceof Error ? error.message : String(error)));
      code = Math.max(code, failedAlone(read.spec.name, error));
    }
  }
  const out = args.text("out");
  if (out !== undefined && obstacle === undefined) await writeSweep(out, sweep, new Progress(), failed);
  if (args.has("json")) console.log(JSON.stringify(sweepCheckJson(sweep.name, committed, cells)));
  else if (cells.length > 0) {
    const { told, refused } = sweepCheckText(sweep.name, committed, cells);
    if (refused !== "") console.error(writtenOut(refused, "\n"));
    if (told !== "") console.log(writtenOut(told, "\n"));
  }
  return Math.max(code, EXIT[sweepOutcome(cells)]);
}

/** Why the committed sweep is not the one asked for; undefined where it is. */
async function sweepObstacle(folder: string, { paths }: Sweep): Promise<Obstacle | undefined> {
  try {
    const committed = await readSweepFile(folder);
    const values = (swept: Sweep["paths"]) => Object.fromEntries(swept.map(({ path, values }) => [path, values]));
    const changed = differing([values(committed.sweep), values(paths)], "sweep");
    if (changed.length === 0) return undefined;
    const words =
      "The committed report is that of another sweep. Where the change is meant, run the spec again and commit its report.";
    return { what: "spec", differing: changed, words };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const words =
      `There is no committed sweep to hold to: ${error.message}. deno task run SPEC writes a report to commit; --reports names another folder.`;
    return { what: "results", differing: [], words };
  }
}
