/**
 * What commands that compute have in common: an engine, the store, progress, worker processes, and a way to stop.
 * @module
 */
import { openEngine } from "../engine/open.ts";
import type { Engine } from "../engine/types.ts";
import type { Workbench } from "../pipeline/experiment.ts";
import { startJobProcess } from "../pipeline/job_process.ts";
import { jobPool } from "../pipeline/jobs.ts";
import { Interrupted, type Progress } from "../pipeline/progress.ts";
import { memoryBudget } from "../pipeline/stage_memory.ts";
import { Store } from "../pipeline/store.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { wholeNumber } from "./args.ts";
import { failureOf } from "./failure.ts";
import { storeRoot } from "./specs.ts";
import type { Arguments, CommandOption } from "./types.ts";

/** `--jobs`, of every command that computes. */
export const JOBS_OPTION: CommandOption = {
  name: "jobs",
  value: "N",
  summary:
    "stages computed at a time, each in a process of its own, fewer where memory is short (default: 1); results are the same",
};

/** How stages are computed. */
export interface Asked {
  /** Optimiser steps between two checkpoints; undefined for the usual number. */
  readonly checkpointEvery?: number | undefined;
  /** Stages at a time. */
  readonly jobs: number;
  /** Aborted when the user has had enough. */
  readonly signal: AbortSignal;
  /** One that is open already, for several runs; left out, each opens its own. */
  readonly engine?: Engine;
}

/** What a command line asks for. @throws {UsageError} for numbers that are none. */
export const askedOf = (args: Arguments, command: string): Omit<Asked, "signal" | "engine"> => ({
  checkpointEvery: wholeNumber(args, "checkpoint-every", command),
  jobs: wholeNumber(args, "jobs", command) ?? 1,
});

/** Does something that Ctrl-C stops at the next step. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const onInterrupt = () => abort.abort(new Interrupted());
  // A shared machine that wants its cores back asks by TERM; a terminal that closes, by HUP.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, onInterrupt);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, onInterrupt);
  }
}

/** Does something with the engine and the store of a spec, and closes both. */
export async function withWorkbench<T>(
  spec: ResolvedSpec,
  dataDir: string | undefined,
  progress: Progress,
  { jobs, checkpointEvery, signal, engine: open }: Asked,
  work: (bench: Workbench) => Promise<T>,
): Promise<T> {
  const engine = open ?? await openEngine(spec.engine);
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
    return await work({ engine, store, progress, checkpointEvery, jobs: pool });
  } finally {
    await store.close();
    if (open === undefined) engine.close();
  }
}

/** Of several specs one that fails says so and leaves the others alone: prints why, and gives its exit code. */
export function failedAlone(name: string, error: unknown): number {
  const failure = failureOf(error, { colour: Deno.stderr.isTerminal(), trace: Deno.env.get("RAIE_TRACE") === "1" });
  console.error(`${name}: ${failure.text}`);
  return failure.code;
}
