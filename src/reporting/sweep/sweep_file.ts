/**
 * sweep.json on disk: validated on the way out and on the way in.
 * @module
 */
import { join } from "node:path";
import { DataError } from "../../data/errors.ts";
import { isThere, writeWhole } from "../../files.ts";
import { CELLS, type Sweep } from "../../spec/sweep.ts";
import { readJson } from "../json_file.ts";
import { jsonText } from "../json_text.ts";
import { readResults } from "../results_file.ts";
import { schemaCheck } from "../schema_problems.ts";
import schema from "../sweep.schema.json" with { type: "json" };
import type { FinishedCell, SweepFile, SweepResults } from "./types.ts";

/** Name of the file inside a sweep's folder. */
export const SWEEP_FILE = "sweep.json";

const problemsOf = schemaCheck(schema);

/** What sweep.json says of a sweep. @param failed why cells have no results, by their folder's name. */
export function sweepFileOf(
  { name, title, description, paths, cells }: Sweep,
  failed: ReadonlyMap<string, string> = new Map(),
): SweepFile {
  return {
    $schema: "../../src/reporting/sweep.schema.json",
    version: 1,
    name,
    title,
    description,
    sweep: paths,
    cells: cells.map(({ folder, settings }) => {
      const reason = failed.get(folder);
      return {
        folder: `${CELLS}/${folder}`,
        settings: Object.fromEntries(settings.map(({ path, value }) => [path, value])),
        ...(reason !== undefined && { failed: reason }),
      };
    }),
  };
}

/** Writes DIR/sweep.json. @throws {TypeError} when it does not fit the schema: nothing is written then. */
export async function writeSweepFile(dir: string, file: SweepFile): Promise<void> {
  const problems = problemsOf(file);
  if (problems.length > 0) throw new TypeError(`Cannot write ${SWEEP_FILE}: ${problems.join("; ")}`);
  await Deno.mkdir(dir, { recursive: true });
  await writeWhole(join(dir, SWEEP_FILE), `${jsonText(file)}\n`);
}

/** Whether a folder is that of a sweep. */
export const isSweep = (dir: string): Promise<boolean> => isThere(join(dir, SWEEP_FILE));

/** Reads DIR/sweep.json. @throws {DataError} when there is no such file, it is no JSON, or it does not fit the schema. */
export async function readSweepFile(dir: string): Promise<SweepFile> {
  const file = join(dir, SWEEP_FILE);
  const value = await readJson(file);
  const problems = problemsOf(value);
  if (problems.length > 0) {
    throw new DataError(`Cannot read ${file}: this is no sweep of this version:\n  ${problems.join("\n  ")}`, { file });
  }
  return value as SweepFile;
}

/** Reads a sweep's folder: sweep.json and the results of its cells. @throws {DataError} where one is missing or is not the cell's. */
export async function readSweep(dir: string): Promise<SweepResults> {
  const file = await readSweepFile(dir);
  const cells: FinishedCell[] = [];
  for (const entry of file.cells) {
    if (entry.failed !== undefined) continue;
    const results = await readResults(join(dir, entry.folder));
    const wanted = `${file.name}/${entry.folder}`;
    if (results.name !== wanted) {
      const place = join(dir, entry.folder);
      throw new DataError(
        `Cannot read the sweep ${dir}: ${place} has the results of "${results.name}", wanted "${wanted}"`,
      );
    }
    cells.push({ ...entry, results });
  }
  return { file, cells };
}
