/**
 * `deno task run SPEC...`: computes, writes the report, says where it is.
 * @module
 */
import { join } from "node:path";
import { CHECKPOINT_EVERY } from "../pipeline/checkpoints.ts";
import { EVENT_LOG, openEventLog } from "../pipeline/event_log.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { runSpec } from "../pipeline/run_spec.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { readSpecs, SPEC_OPTIONS } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";
import { type Asked, askedOf, failedAlone, interruptible, JOBS_OPTION, withWorkbench } from "./workbench.ts";

/** The command. */
export const command: Command = {
  name: "run",
  summary: "run experiments and write their reports",
  usage: "deno task run SPEC... [options]",
  positional: { min: 1, max: Infinity },
  options: [
    ...SPEC_OPTIONS,
    { name: "out", value: "DIR", summary: "folder the reports go to, one folder an experiment (default: reports)" },
    {
      name: "checkpoint-every",
      value: "N",
      summary:
        `optimiser steps between two checkpoints of a training (default: ${CHECKPOINT_EVERY}); results are the same`,
    },
    JOBS_OPTION,
    { name: "quiet", summary: "no progress, only the report's path" },
    { name: "json", summary: "one JSON line per experiment on standard output: name, report, results, seconds" },
  ],
  examples: [
    "deno task run experiments/quickstart.json",
    "deno task run experiments/paper/*.json --jobs 4",
    "deno task run experiments/quickstart.json --set regions.k=5 --out trials",
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const specs = await readSpecs(args);
  const asked = askedOf(args, "run");
  return await interruptible(async (signal) => {
    let code = 0;
    for (const { spec, digest } of specs) {
      signal.throwIfAborted();
      code = Math.max(code, await runOne(spec, digest, args, { ...asked, signal }));
    }
    return code;
  });
}

/** Runs one experiment; when several are asked for, one that fails says so and leaves the others alone. */
async function runOne(spec: ResolvedSpec, digest: string, args: Arguments, asked: Asked): Promise<number> {
  const out = args.text("out") ?? "reports";
  const dataDir = args.text("data");
  const view = args.has("quiet") || args.has("json") ? [] : [terminalView()];
  const log = openEventLog(join(out, spec.name, EVENT_LOG), (line) => console.error(line));
  const progress = new Progress([...view, log.sink], asked.signal);
  try {
    const done = await withWorkbench(
      spec,
      dataDir,
      progress,
      asked,
      (bench) => runSpec(spec, digest, { bench, dataDir, out }),
    );
    progress.tell({ event: "done", outcome: "done", text: done.report });
    console.log(args.has("json") ? JSON.stringify({ name: spec.name, ...done }) : done.report);
    for (const failure of done.failures) console.error(`Failed: ${failure}`);
    return done.failures.length === 0 ? 0 : 1;
  } catch (error) {
    const interrupted = error instanceof Interrupted;
    const text = error instanceof Error ? error.message : String(error);
    progress.tell({ event: "done", outcome: interrupted ? "interrupted" : "failed", text });
    if (args.positional.length === 1 || interrupted) throw error;
    return failedAlone(spec.name, error);
  } finally {
    log.close();
  }
}
