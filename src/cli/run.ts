/**
 * `deno task run SPEC...`: computes, writes the report, says where it is.
 * @module
 */
import { CHECKPOINT_EVERY } from "../pipeline/checkpoints.ts";
import { Interrupted } from "../pipeline/progress.ts";
import { runOne } from "./run_one.ts";
import { runSweep } from "./run_sweep.ts";
import { type ReadExperiment, readSpecs, SPEC_OPTIONS } from "./specs.ts";
import { interruptible } from "./interruptible.ts";
import type { Arguments, Command } from "./types.ts";
import { type Asked, askedOf, EXECUTOR_OPTION, failedAlone, JOBS_OPTION } from "./workbench.ts";

/** The command. */
export const command: Command = {
  name: "run",
  summary:
    "run experiments and write their reports; of a spec with sweep every combination (a cell), then one report of all",
  usage: "deno task run SPEC... [options]",
  positional: { min: 1, max: Infinity },
  options: [
    ...SPEC_OPTIONS,
    {
      name: "out",
      value: "DIR",
      summary:
        "folder the reports go to, one folder an experiment, with cells/CELL for each cell of a sweep (default: reports)",
    },
    {
      name: "checkpoint-every",
      value: "N",
      summary:
        `optimiser steps between two checkpoints of a training (default: ${CHECKPOINT_EVERY}); results are the same`,
    },
    JOBS_OPTION,
    EXECUTOR_OPTION,
    { name: "quiet", summary: "no progress, only the report's path" },
    {
      name: "json",
      summary:
        "one JSON line per experiment on standard output: name, report, results, seconds; of a sweep with its cells",
    },
  ],
  examples: [
    "deno task run experiments/quickstart.json",
    "deno task run experiments/paper/*.json --jobs 4",
    "deno task run experiments/quickstart.json --set regions.k=5 --out trials",
    "deno task run experiments/quickstart.json --executor slurm",
    `deno task run experiments/quickstart.json --set 'sweep={"regions.k":[1,2,3]}'`,
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const experiments = await readSpecs(args);
  const asked = experiments.map(({ executor }) => askedOf(args, executor, "run"));
  return await interruptible(async (signal) => {
    let code = 0;
    for (const [i, experiment] of experiments.entries()) {
      signal.throwIfAborted();
      code = Math.max(code, await runExperiment(experiment, args, { ...asked[i]!, signal }));
    }
    return code;
  });
}

/** Runs one experiment or sweep; when several are asked for, one that fails says so and leaves the others alone. */
async function runExperiment({ name, runs, sweep }: ReadExperiment, args: Arguments, asked: Asked): Promise<number> {
  try {
    if (sweep !== undefined) return await runSweep(sweep, runs, args, asked);
    const done = await runOne(runs[0]!, args, asked);
    console.log(args.has("json") ? JSON.stringify({ name, ...done }) : done.report);
    return done.failures.length === 0 ? 0 : 1;
  } catch (error) {
    if (args.positional.length === 1 || error instanceof Interrupted) throw error;
    return failedAlone(name, error);
  }
}
