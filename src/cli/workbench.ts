/**
 * What commands that compute have in common: an engine, the store, progress, worker processes, and a way to stop.
 * @module
 */
import { openEngine } from "../engine/open.ts";
import type { Engine } from "../engine/types.ts";
import type { Workbench } from "../pipeline/experiment.ts";
import { startJobProcess } from "../pipeline/job_process.ts";
import { type JobPool, jobPool } from "../pipeline/jobs.ts";
import type { Progress } from "../pipeline/progress.ts";
import { nodeEngine } from "../pipeline/slurm/node_engine.ts";
import { SlurmJobs, type SlurmOptions } from "../pipeline/slurm/executor.ts";
import type { StageSetting } from "../pipeline/stage_bench.ts";
import { memoryBudget } from "../pipeline/stage_memory.ts";
import { Store } from "../pipeline/store.ts";
import type { ExecutorSpec } from "../spec/executor.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { UsageError, wholeNumber } from "./args.ts";
import { failureOf } from "./failure.ts";
import { leaveOrCancel } from "./leave_or_cancel.ts";
import { storeRoot } from "./specs.ts";
import type { Arguments, CommandOption } from "./types.ts";

/** `--jobs`, of every command that computes. */
export const JOBS_OPTION: CommandOption = {
  name: "jobs",
  value: "N",
  summary:
    "stages computed at a time, each in a process of its own, fewer where memory is short (default: 1); on a cluster, running tasks of a job array (default: 32); results are the same",
};

/** `--executor`, of every command that computes. */
export const EXECUTOR_OPTION: CommandOption = {
  name: "executor",
  value: "NAME",
  summary:
    "where stages run: local, or slurm for jobs of a Slurm cluster whose nodes share the store (default: the spec's, else local); results are the same",
};

/** How stages are computed. */
export interface Asked {
  /** Optimiser steps between two checkpoints; undefined for the usual number. */
  readonly checkpointEvery?: number | undefined;
  /** Where stages run, and how many at a time. */
  readonly executor: ExecutorSpec;
  /** What jobs of a cluster have come to so far. */
  readonly slurm: SlurmJobs;
  /** Aborted when the user has had enough. */
  readonly signal: AbortSignal;
  /** One that is open already, for several runs; left out, each opens its own. */
  readonly engine?: Engine;
}

/** What a command line asks for, of a spec that has this executor. @throws {UsageError} for numbers and names that are none. */
export function askedOf(args: Arguments, spec: ExecutorSpec, command: string): Omit<Asked, "signal" | "engine"> {
  const kind = args.text("executor") ?? spec.kind;
  if (kind !== "local" && kind !== "slurm") {
    throw new UsageError(`--executor wants local or slurm: found "${kind}"`, command);
  }
  const jobs = wholeNumber(args, "jobs", command) ?? spec.jobs;
  return {
    checkpointEvery: wholeNumber(args, "checkpoint-every", command),
    executor: { ...spec, kind, ...(jobs !== undefined && { jobs }) },
    slurm: new SlurmJobs(),
  };
}

/**
 * The engine of a spec, opened; on a cluster whose nodes have another, this machine's under the name of theirs, since results are theirs. The caller
 * closes it.
 */
export async function engineFor(
  spec: Pick<ResolvedSpec, "engine">,
  progress: Progress,
  { executor, signal }: Pick<Asked, "executor" | "signal">,
): Promise<Engine> {
  if (executor.kind !== "slurm" || executor.engine === "here") return await openEngine(spec.engine);
  // The spec's may not work here, and nothing is trained or ranked by it.
  const { memory: _, ...engine } = await openEngine("auto");
  const store = new Store(storeRoot(), { signal, say: (line) => progress.say(line) });
  try {
    const theirs = await nodeEngine(spec.engine, engine.threads, { executor, store, progress, signal });
    return { ...engine, ...theirs };
  } catch (error) {
    engine.close();
    throw error;
  } finally {
    await store.close();
  }
}

/** Does something with the engine and the store of a spec, and closes both. */
export async function withWorkbench<T>(
  spec: ResolvedSpec,
  dataDir: string | undefined,
  progress: Progress,
  asked: Asked,
  work: (bench: Workbench) => Promise<T>,
): Promise<T> {
  const { checkpointEvery, signal } = asked;
  const engine = asked.engine ?? await engineFor(spec, progress, asked);
  const store = new Store(storeRoot(), { signal, say: (line) => progress.say(line) });
  try {
    const setting = { spec, dataDir, checkpointEvery };
    return await work({
      engine,
      store,
      progress,
      checkpointEvery,
      jobs: poolOf(setting, { engine, store, progress }, asked),
    });
  } finally {
    await store.close();
    if (asked.engine === undefined) engine.close();
  }
}

function poolOf(
  setting: StageSetting,
  bench: Pick<Workbench, "engine" | "store" | "progress">,
  { executor, slurm, signal }: Asked,
): JobPool | undefined {
  if (executor.kind === "slurm") return slurm.pool(onNodes(setting), slurmOptions(bench, { executor, signal }));
  const { store, progress } = bench;
  if (executor.jobs === undefined || executor.jobs === 1) return undefined;
  return jobPool({
    jobs: executor.jobs,
    store,
    signal,
    start: () => startJobProcess({ ...setting, store: store.root }, (event) => progress.tell(event)),
    budget: memoryBudget(),
  });
}

/** What jobs find their data by, whatever is set where they run. */
export const onNodes = (setting: StageSetting): StageSetting => ({
  ...setting,
  dataDir: setting.dataDir ?? (Deno.env.get("RAIE_DATA") || undefined),
});

/** How jobs of a cluster are submitted and followed. */
export const slurmOptions = (
  bench: Pick<Workbench, "engine" | "store" | "progress">,
  { executor, signal }: Pick<Asked, "executor" | "signal">,
): SlurmOptions => ({ ...bench, executor, signal, onInterrupt: (jobs) => leaveOrCancel(jobs, signal.reason) });

/** Of several specs one that fails says so and leaves the others alone: prints why, and gives its exit code. */
export function failedAlone(name: string, error: unknown): number {
  const failure = failureOf(error, { colour: Deno.stderr.isTerminal(), trace: Deno.env.get("RAIE_TRACE") === "1" });
  console.error(`${name}: ${failure.text}`);
  return failure.code;
}
