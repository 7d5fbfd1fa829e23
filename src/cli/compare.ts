/**
 * `deno task compare A B [C...]`: two or more results side by side, as Markdown.
 * @module
 */
import { join } from "node:path";
import { type SideBySide, sideBySide } from "../reporting/review/side_by_side.ts";
import { sideBySideMarkdown } from "../reporting/review/side_by_side_markdown.ts";
import { readResults } from "../reporting/results_file.ts";
import { isSweep, readSweepFile } from "../reporting/sweep/sweep_file.ts";
import { UsageError } from "./args.ts";
import type { Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "compare",
  summary:
    "two or more results side by side, as Markdown: differences of specs, data and engine, then every measure; of a sweep name the folders of cells",
  usage: "deno task compare A B [C...] [options]",
  positional: { min: 2, max: Infinity },
  options: [{ name: "json", summary: "one JSON object on standard output instead" }],
  examples: [
    "deno task compare reports/movielens-100k reports/movielens-100k-official",
    "deno task compare reports/quickstart fresh/quickstart > comment.md",
  ],
  exitCodes: [
    ["0", "done, whatever differs"],
    ["1", "something went wrong"],
    ["2", "there are no results in a folder, or the command line is wrong"],
  ],
  async run(args) {
    const all = [];
    for (const path of args.positional) {
      if (await isSweep(path)) await refuseSweep(path);
      all.push({ path, results: await readResults(path) });
    }
    const compared = sideBySide(all);
    if (args.has("json")) console.log(JSON.stringify(asJson(compared)));
    else await Deno.stdout.write(new TextEncoder().encode(sideBySideMarkdown(compared)));
    return 0;
  },
};

/** @throws {UsageError} that names a cell to take instead. */
async function refuseSweep(path: string): Promise<never> {
  const { cells } = await readSweepFile(path);
  const found = `it is a sweep of ${cells.length} ${
    cells.length === 1 ? "cell" : "cells"
  }, which its own report compares`;
  const example = join(path, cells[0]!.folder);
  throw new UsageError(`Cannot compare ${path}: ${found}; name cells, such as ${example}`, "compare");
}

const asJson = ({ all, spec, data, engine, measures }: SideBySide) => ({
  reports: all.map(({ path, results: { name } }) => ({ path, name })),
  spec,
  data,
  engine,
  measures,
});
