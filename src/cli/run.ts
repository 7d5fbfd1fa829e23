/**
 * `deno task run SPEC...`: computes, writes the report, says where it is.
 * @module
 */
import { join } from "node:path";
import { openEngine } from "../engine/open.ts";
import { CHECKPOINT_EVERY } from "../pipeline/checkpoints.ts";
import { EVENT_LOG, openEventLog } from "../pipeline/event_log.ts";
import { startJobProcess } from "../pipeline/job_process.ts";
import { jobPool } from "../pipeline/jobs.ts";
import { memoryBudget } from "../pipeline/stage_memory.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { runSpec, type Written } from "../pipeline/run_spec.ts";
import { Store } from "../pipeline/store.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { wholeNumber } from "./args.ts";
import { failureOf } from "./failure.ts";
import { readSpecs, SPEC_OPTIONS, storeRoot } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";

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
    {
      name: "jobs",
      value: "N",
      summary:
        "stages computed at a time, each in a process of its own, fewer where memory is short (default: 1); results are the same",
    },
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
  const asked = {
    checkpointEvery: wholeNumber(args, "checkpoint-every", "run"),
    jobs: wholeNumber(args, "jobs", "run") ?? 1,
  };
  const abort = new AbortController();
  const onInterrupt = () => abort.abort(new Interrupted());
  // A shared machine that wants its cores back asks by TERM; a terminal that closes, by HUP.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, onInterrupt);
  let code = 0;
  try {
    for (const { spec, digest } of specs) {
      abort.signal.throwIfAborted();
      code = Math.max(code, await runOne(spec, digest, args, { ...asked, signal: abort.signal }));
    }
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, onInterrupt);
  }
  return code;
}

interface Asked {
  readonly checkpointEvery: number | undefined;
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/** Runs one experiment; when several are asked for, one that fails says so and leaves the others alone. */
async function runOne(spec: ResolvedSpec, digest: string, args: Arguments, asked: Asked): Promise<number> {
  const out = args.text("out") ?? "reports";
  const view = args.has("quiet") || args.has("json") ? [] : [terminalView()];
  const log = openEventLog(join(out, spec.name, EVENT_LOG), (line) => console.error(line));
  const progress = new Progress([...view, log.sink], asked.signal);
  try {
    const done = await computeOne(spec, digest, args.text("data"), out, progress, asked);
    progress.tell({ event: "done", outcome: "done", text: done.report });
    console.log(args.has("json") ? JSON.stringify({ name: spec.name, ...done }) : done.report);
    for (const failure of done.failures) console.error(`Failed: ${failure}`);
    return done.failures.length === 0 ? 0 : 1;
  } catch (error) {
    const interrupted = error instanceof Interrupted;
    const text = error instanceof Error ? error.message : String(error);
    progress.tell({ event: "done", outcome: interrupted ? "interrupted" : "failed", text });
    if (args.positional.length === 1 || interrupted) throw error;
    const failure = failureOf(error, {
      colour: Deno.stderr.isTerminal(),
      trace: Deno.env.get("RAIE_TRACE") === "1",
    });
    console.error(`${spec.name}: ${failure.text}`);
    return failure.code;
  } finally {
    log.close();
  }
}

async function computeOne(
  spec: ResolvedSpec,
  digest: string,
  dataDir: string | undefined,
  out: string,
  progress: Progress,
  { jobs, checkpointEvery, signal }: Asked,
): Promise<Written> {
  const engine = await openEngine(spec.engine);
  const store = new Store(storeRoot(), { signal, say: (line) => progress.say(line) });
  try {
    const pool = jobs === 1 ? undefined : jobPool({
      jobs,
      store,
      signal,
      start: () =>
        startJobProcess({ spec, dataDir, store: store.root, checkpointEvery }, (event) => progress.tell(event)),
      budget: memoryBudget(),
    });
    const bench = { engine, store, progress, checkpointEvery, jobs: pool };
    return await runSpec(spec, digest, { bench, dataDir, out });
  } finally {
    await store.close();
    engine.close();
  }
}
