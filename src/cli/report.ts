/**
 * `deno task report DIR...`: writes report.md and the charts again from DIR/results.json, or from a sweep's files, without computing anything.
 * @module
 */
import { dirname, join } from "node:path";
import { isThere, lstatIfThere } from "../files.ts";
import { writeReport } from "../reporting/report.ts";
import { readResults } from "../reporting/results_file.ts";
import { writeSweepReport } from "../reporting/sweep/report.ts";
import { isSweep, readSweep } from "../reporting/sweep/sweep_file.ts";
import { describe } from "../spec/describe.ts";
import { UsageError } from "./args.ts";
import type { Command } from "./types.ts";

/** Figures of `deno task bench --curves`, whose folder lies among the reports. */
const CURVES = "curves.json";

/** The command. */
export const command: Command = {
  name: "report",
  summary:
    "write a report again from its results.json, a sweep's and its cells' from sweep.json and their results.json; computes nothing",
  usage: "deno task report DIR...",
  positional: { min: 1, max: Infinity },
  options: [],
  examples: ["deno task report reports/quickstart", "deno task report reports/*"],
  exitCodes: [
    ["0", "done"],
    ["1", "the report could not be written"],
    ["2", "there are no results in a folder, or the command line is wrong"],
  ],
  async run({ positional }) {
    for (const dir of positional) {
      await mustBeNoFile(dir);
      if (await isThere(join(dir, CURVES))) {
        console.log(`${dir} is of no run: deno task bench --render writes it again`);
        continue;
      }
      console.log(await isSweep(dir) ? await sweepAgain(dir) : await reportAgain(dir));
    }
    return 0;
  },
};

async function mustBeNoFile(path: string): Promise<void> {
  if ((await lstatIfThere(path))?.isFile !== true) return;
  throw new UsageError(`report wants the folder of a report: found a file, ${path}; try ${dirname(path)}`, "report");
}

async function reportAgain(dir: string): Promise<string> {
  const results = await readResults(join(dir, "results.json"));
  await writeReport(dir, results, describe(results.spec));
  return join(dir, "report.md");
}

/** The cells' own reports too. */
async function sweepAgain(dir: string): Promise<string> {
  const { cells } = await readSweep(dir);
  for (const { folder, results } of cells) await writeReport(join(dir, folder), results, describe(results.spec));
  return await writeSweepReport(dir);
}
