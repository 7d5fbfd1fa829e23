/**
 * Stages as jobs of a Slurm cluster: a pool of jobs whose processes are Slurm's.
 *
 * Jobs fill the store, which lies on a file system that all nodes share; the run reads its results from there, so they are those of any other executor.
 * @module
 */
import { resolve } from "node:path";
import type { Engine } from "../../engine/types.ts";
import type { ExecutorSpec } from "../../spec/executor.ts";
import { listed } from "../experiment.ts";
import { isOfMethod, type StageNode } from "../graph.ts";
import { JobError } from "../job_error.ts";
import type { JobPool } from "../jobs.ts";
import { reckonedSeconds, speedOf } from "../plan.ts";
import type { Prepared } from "../prepare.ts";
import type { Progress } from "../progress.ts";
import type { StageSetting } from "../stage_bench.ts";
import { engineId } from "../stages.ts";
import type { Store } from "../store.ts";
import { Follower } from "./follower.ts";
import { followed, type OnInterrupt } from "./following.ts";
import { Slurm } from "./slurm.ts";
import { makeFolder, type Submission } from "./submission.ts";

/** What jobs are submitted with. */
export interface SlurmOptions {
  /** What jobs may take, and how often they are submitted. */
  readonly executor: ExecutorSpec;
  /** Open; keys are made for it, and jobs refuse any other. */
  readonly engine: Engine;
  /** On a file system that all nodes share. */
  readonly store: Store;
  /** Told of everything that jobs do. */
  readonly progress: Progress;
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined;
  /** What to do with jobs that are going when it ends. */
  readonly onInterrupt: OnInterrupt;
}

/** Submissions of one spec among several. */
export interface SpecSubmissions {
  /** Before the names of its stages that other specs have otherwise. */
  readonly label: string;
  /** Of {@linkcode submissionsOf}. */
  readonly submissions: readonly Submission[];
}

/** Tasks of an array that run at a time where nobody says. */
const AT_A_TIME = 32;
/** Memory a job may come to have, as a multiple of what it began with, where nobody says. */
const MEMORY_GROWTH = 4;
/** Time asked for, as a multiple of what is reckoned; and for starting, reading data, and waiting for disks. */
const TIME = { factor: 2, start: 600 };
const MIB = 2 ** 20;
/** Reckoned memory is rounded up to so many MiB: cells that differ by little are equal stages then, and share an array. */
const STEP = 256;

/** What jobs have come to in a process, so that nothing is tried again for the next spec that has the same stages. */
export class SlurmJobs {
  readonly #settled = new Set<string>();
  readonly #failed = new Map<string, string>();
  readonly #lost = new Map<string, string>();

  /** A pool for the stages of one spec. */
  pool(setting: StageSetting, options: SlurmOptions): JobPool {
    const { memoryLimit } = options.executor;
    return {
      memory: memoryLimit === undefined ? Infinity : memoryLimit * MIB,
      compute: async (nodes, prepared) => {
        const submissions = await submissionsOf(setting, nodes, prepared, options);
        const computed = await this.#follow(submissions, options);
        const lost = nodes.map(({ key }) => this.#lost.get(key)).find((text) => text !== undefined);
        if (lost !== undefined) throw new JobError(lost);
        return { computed, failed: this.#failed };
      },
    };
  }

  /** Computes what the store lacks for several specs at once, so that equal stages of all of them are one array. What is lost is told by their pools. */
  async computeAll(specs: readonly SpecSubmissions[], options: SlurmOptions): Promise<void> {
    const keysOf = Map.groupBy(specs.flatMap(({ submissions }) => submissions), ({ listed }) => listed.stage);
    const all = new Map<string, Submission>();
    for (const { label, submissions } of specs) {
      for (const submission of submissions) {
        const { key, listed } = submission;
        const shared = keysOf.get(listed.stage)!.every((other) => other.key === key);
        const own = shared ? listed : { ...listed, stage: `${label}: ${listed.stage}` };
        if (!all.has(key)) all.set(key, { ...submission, listed: own });
      }
    }
    options.progress.tell({ event: "stages", stages: [...all.values()].map(({ listed }) => listed) });
    await this.#follow([...all.values()], options);
  }

  /** Gives the keys that jobs have computed now. */
  async #follow(all: readonly Submission[], options: SlurmOptions): Promise<ReadonlySet<string>> {
    const submissions = all.filter(({ key }) => !this.#settled.has(key));
    if (submissions.length === 0) return new Set();
    const { store, progress, signal } = options;
    const root = resolve(store.root);
    progress.tell({ event: "jobs", store: root, keys: submissions.map(({ key }) => key) });
    const slurm = new Slurm({ store: root, output: await makeFolder(root) });
    const { computed, failed, lost } = await followed(
      new Follower(submissions, { store, slurm, progress, signal }),
      options,
    );
    // Whatever ends the run from here on, it leaves no jobs.
    progress.tell({ event: "jobs", store: root, keys: [] });
    for (const { key } of submissions) this.#settled.add(key);
    for (const [key, reason] of failed) this.#failed.set(key, reason);
    for (const [key, reason] of lost) this.#lost.set(key, reason);
    return computed;
  }
}

/** What jobs are to do for the stages of one spec, and what they ask for where the spec is silent. */
export async function submissionsOf(
  { spec, dataDir, checkpointEvery }: StageSetting,
  nodes: readonly StageNode[],
  prepared: Prepared,
  { executor, engine }: Pick<SlurmOptions, "executor" | "engine">,
): Promise<Submission[]> {
  // How fast nodes are, nobody here can tell.
  const speed = executor.engine === "node" ? undefined : await speedOf(prepared, spec);
  return nodes.map((node) => {
    const { key, identity, needs, task: { kind } } = node;
    const wanted = executor.resources[kind];
    const memory = wanted.memory ?? Math.ceil(node.memory / MIB / STEP) * STEP;
    const seconds = node.cost && speed && reckonedSeconds(node.cost, speed);
    const time = wanted.time ?? (seconds === undefined ? undefined : minutes(seconds));
    return {
      version: 1,
      key,
      kind,
      identity,
      listed: listed(node),
      needs,
      ofMethod: isOfMethod(node),
      spec,
      ...(dataDir !== undefined && { dataDir: resolve(dataDir) }),
      ...(checkpointEvery !== undefined && { checkpointEvery }),
      engine: {
        ...{ id: engineId(engine), rung: engine.rung, threads: engine.threads },
        ...(executor.engine === "node" && { elsewhere: true as const }),
      },
      said: wanted,
      resources: { ...wanted, ...(time !== undefined && { time }), memory, cpus: wanted.cpus ?? engine.threads },
      rules: {
        retries: executor.retries,
        memoryFactor: executor.memoryFactor,
        memoryLimit: Math.max(memory, executor.memoryLimit ?? MEMORY_GROWTH * memory),
        atATime: executor.jobs ?? AT_A_TIME,
      },
    };
  });
}

/** As Slurm writes a limit. */
const minutes = (seconds: number): string => String(Math.ceil((TIME.factor * seconds + TIME.start) / 60));
