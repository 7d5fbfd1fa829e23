/**
 * `deno task check SPEC...`: runs again and holds the results to the committed ones; the committed report stays as it is.
 * @module
 */
import { join, resolve } from "node:path";
import { DataError } from "../data/errors.ts";
import type { Workbench } from "../pipeline/experiment.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { computeRun, prepareRun, reportRun } from "../pipeline/run_spec.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import { resultsOfRun } from "../pipeline/write_run.ts";
import { closeness, dataObstacle, searchedObstacle, unsearchedObstacle } from "../reporting/review/comparable.ts";
import { drift } from "../reporting/review/drift.ts";
import { readResults, RESULTS_FILE } from "../reporting/results_file.ts";
import { portableSpec } from "../spec/portable.ts";
import { writtenOut } from "../spec/shown_text.ts";
import { VERSION } from "../version.ts";
import { UsageError } from "./args.ts";
import { checkSweep } from "./check_sweep.ts";
import { type Checked, checkJson, checkText, EXIT } from "./check_text.ts";
import { REPORTS } from "./run_one.ts";
import { settled } from "./settled.ts";
import { type ReadSpec, readSpecs, SPEC_OPTIONS } from "./specs.ts";
import { interruptible } from "./interruptible.ts";
import type { Arguments, Command } from "./types.ts";
import { type Asked, askedOf, EXECUTOR_OPTION, failedAlone, JOBS_OPTION, withWorkbench } from "./workbench.ts";

/** The command. */
export const command: Command = {
  name: "check",
  summary:
    "run again, or take from the store what has not changed, and hold the results to the committed ones, which stay as they are; of a sweep each cell",
  usage: "deno task check SPEC... [options]",
  positional: { min: 1, max: Infinity },
  options: [
    ...SPEC_OPTIONS,
    { name: "reports", value: "DIR", summary: "folder of the committed reports (default: reports)" },
    { name: "out", value: "DIR", summary: "write the new report there too, for compare (default: nowhere)" },
    {
      name: "tolerance",
      value: "X",
      summary:
        "hold measures within X and nothing else that training makes, on the same engine too: another processor may round differently (default: exactly on the same engine, within the spec's reproduce.tolerance on another)",
    },
    JOBS_OPTION,
    EXECUTOR_OPTION,
    { name: "quiet", summary: "no progress, only what moved" },
    {
      name: "json",
      summary: "one JSON line per spec on standard output: name, outcome, what moved; of a sweep by cell",
    },
  ],
  examples: [
    "deno task check experiments/quickstart.json",
    "deno task check experiments/quickstart.json --engine wasm --out fresh",
    "deno task compare reports/quickstart fresh/quickstart",
  ],
  exitCodes: [
    ["0", "nothing moved"],
    ["1", "a figure moved, or the run failed"],
    ["2", "the spec, the data or the command line is wrong"],
    ["3", "it cannot be compared: no committed results, another spec, other data, another engine without a tolerance"],
    ["130", "interrupted"],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const specs = await readSpecs(args);
  const reports = args.text("reports") ?? REPORTS;
  const out = args.text("out");
  if (out !== undefined && resolve(out) === resolve(reports)) {
    throw new UsageError(`--out wants a folder beside the committed reports: found "${out}", theirs`, "check");
  }
  const tolerance = toleranceOf(args);
  const asked = specs.map(({ executor }) => ({ ...askedOf(args, executor, "check"), tolerance }));
  return await interruptible(async (signal) => {
    let code = 0;
    for (const [i, { runs, sweep }] of specs.entries()) {
      signal.throwIfAborted();
      const own = { ...asked[i]!, signal };
      code = Math.max(
        code,
        sweep === undefined
          ? await checkOne(runs[0]!, reports, args, own)
          : await checkSweep(sweep, runs, reports, args, (read, folder) => held(read, folder, args, own)),
      );
    }
    return code;
  });
}

function toleranceOf(args: Arguments): number | undefined {
  const text = args.text("tolerance");
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^[\d.]/.test(text) && value >= 0 && value <= 1) return value;
  throw new UsageError(`--tolerance wants a number from 0 to 1: found "${text}"`, "check");
}

type CheckAsked = Asked & { readonly tolerance: number | undefined };

/** Checks one spec; when several are asked for, one that fails says so and leaves the others alone. */
async function checkOne(read: ReadSpec, reports: string, args: Arguments, asked: CheckAsked): Promise<number> {
  const { name } = read.spec;
  const folder = join(reports, name);
  try {
    const checked = await held(read, folder, args, asked);
    const file = join(folder, RESULTS_FILE);
    if (args.has("json")) console.log(JSON.stringify(checkJson(name, file, checked)));
    else if (checked.outcome === "incomparable") console.error(writtenOut(checkText(name, file, checked), "\n"));
    else console.log(writtenOut(checkText(name, file, checked), "\n"));
    return EXIT[checked.outcome];
  } catch (error) {
    if (args.positional.length === 1 || error instanceof Interrupted) throw error;
    return failedAlone(name, error);
  }
}

/** Everything that can stand in the way is asked before anything is computed; of what a search chooses, when it has. */
async function held(read: ReadSpec, folder: string, args: Arguments, asked: CheckAsked): Promise<Checked> {
  const committed = await readCommitted(folder);
  if ("words" in committed) return { outcome: "incomparable", obstacle: committed };
  const view = args.has("quiet") || args.has("json") ? [] : [terminalView()];
  const progress = new Progress(view, asked.signal);
  const dataDir = args.text("data");
  if (read.search !== undefined) {
    const obstacle = unsearchedObstacle(committed, portableSpec(read.spec)) ??
      await withWorkbench(read.spec, dataDir, progress, asked, async (bench) => {
        const close = closeness(committed, originOf(bench), read.spec, asked.tolerance);
        return "words" in close ? close : dataObstacle(committed, await prepareRun(read.spec, bench, dataDir));
      });
    if (obstacle !== undefined) return { outcome: "incomparable", obstacle };
  }
  const { spec, search } = await settled(read, dataDir, progress, asked);
  const wrongSpec = searchedObstacle(committed, portableSpec(spec));
  if (wrongSpec !== undefined) return { outcome: "incomparable", obstacle: wrongSpec };
  return await withWorkbench(spec, dataDir, progress, asked, async (bench) => {
    const close = closeness(committed, originOf(bench), spec, asked.tolerance);
    if ("words" in close) return { outcome: "incomparable", obstacle: close };
    const prepared = await prepareRun(spec, bench, dataDir);
    const wrongData = dataObstacle(committed, prepared);
    if (wrongData !== undefined) return { outcome: "incomparable", obstacle: wrongData };
    const finished = { ...await computeRun(spec, read.digest, prepared, bench), search };
    for (const { spec, seed, error } of finished.run.failures) {
      console.error(writtenOut(`Failed: ${spec.label}, seed ${seed}: ${error.message}`));
    }
    const out = args.text("out");
    const results = out === undefined
      ? resultsOfRun(finished)
      : await readResults((await reportRun(out, finished)).results);
    const found = drift(committed, results, close);
    const outcome = found.moved.some(({ verdict }) => verdict === "drift") ? "moved" : "same";
    return { outcome, rung: bench.engine.rung, closeness: close, drift: found };
  });
}

const originOf = ({ engine: { rung, version, device, threads } }: Workbench) => ({
  engine: { rung, version, device, threads },
  raie: VERSION,
  deno: Deno.version.deno,
});

/** The committed results, or why there are none. */
async function readCommitted(folder: string) {
  try {
    return await readResults(folder);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const words =
      `There are no committed results to hold to: ${error.message}. deno task run SPEC writes a report to commit; --reports names another folder.`;
    return { what: "results", differing: [], words } as const;
  }
}
