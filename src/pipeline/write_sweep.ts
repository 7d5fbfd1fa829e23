/**
 * The end of a sweep: sweep.json and one report of all its cells.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, isThere, removeIfThere } from "../files.ts";
import { RESULTS_FILE } from "../reporting/results_file.ts";
import { writeSweepReport } from "../reporting/sweep/report.ts";
import { sweepFileOf, writeSweepFile } from "../reporting/sweep/sweep_file.ts";
import { CELLS, type Sweep } from "../spec/sweep.ts";
import type { Progress } from "./progress.ts";
import { writeAlone } from "./write_alone.ts";

/**
 * Writes OUT/NAME/sweep.json, the report and its charts, while no other process writes there, from the results that the cells have left in
 * OUT/NAME/cells. Gives the path of report.md.
 *
 * @param failed why cells have no results, by their folder's name.
 * @throws {StoreError} when the disk takes no more.
 * @throws {DataError} when a cell that has not failed has left no results.
 */
export async function writeSweep(
  out: string,
  sweep: Sweep,
  progress: Progress,
  failed: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const folder = join(out, sweep.name);
  return await writeAlone(folder, progress, async () => {
    await makeWay(folder, sweep, progress);
    await writeSweepFile(folder, sweepFileOf(sweep, failed));
    return await writeSweepReport(folder);
  });
}

/** What an experiment, or another sweep, of this name has left here: results of its own are replaced, its cells stay. */
async function makeWay(folder: string, { cells }: Sweep, progress: Progress): Promise<void> {
  const results = join(folder, RESULTS_FILE);
  if (await isThere(results)) {
    await removeIfThere(results);
    progress.say(`${folder} held the results of a spec of this name that was no sweep: they are replaced`);
  }
  const known = new Set(cells.map(({ folder }) => folder));
  const others = (await entriesIfThere(join(folder, CELLS))).filter(({ name }) => !known.has(name));
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(", ");
    progress.say(`${join(folder, CELLS)} has what is no cell of this sweep: ${names}; the report leaves it out`);
  }
}
