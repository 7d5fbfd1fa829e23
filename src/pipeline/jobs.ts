/**
 * Stages computed side by side in worker processes, as many at a time as asked for and as memory allows.
 *
 * Workers fill the store; the run reads its results from there, so neither their number nor their order changes one.
 * @module
 */
import type { StageNode } from "./graph.ts";
import { JobError } from "./job_error.ts";
import type { JobProcess } from "./job_process.ts";
import type { Prepared } from "./prepare.ts";
import { Interrupted } from "./progress.ts";
import { memoryBudget } from "./stage_memory.ts";
import { nextStage, type Schedulable } from "./schedule.ts";
import type { Store } from "./store.ts";

/** Something that computes stages into the store. */
export interface JobPool {
  /** Bytes there are for a stage where it is computed, if that is another machine's to say; left out: this one's count. */
  readonly memory?: number;
  /** Computes what the store lacks, but for stages that stop the methods they belong to, and what needs them. `prepared` are their data. */
  compute(nodes: readonly StageNode[], prepared: Prepared): Promise<JobsDone>;
}

/** What a pool of jobs came to. A stage in neither, and not in the store, has diverged or needs one that stopped. */
export interface JobsDone {
  /** Keys of the stages it computed. */
  readonly computed: ReadonlySet<string>;
  /** Why stages cannot be computed, by key. A diverged training is not among them: its batch is found where it is computed again. */
  readonly failed: ReadonlyMap<string, string>;
}

/** What a pool of jobs works with. */
export interface JobOptions {
  /** Processes at a time, at least 1. */
  readonly jobs: number;
  readonly store: Store;
  /** Starts a process. */
  readonly start: () => JobProcess;
  /** Bytes that all of them together may take. */
  readonly budget: number;
  /** Ends the work after the steps that are running. */
  readonly signal?: AbortSignal | undefined;
}

/** A pool; processes are started when there is work for them, and end with it. */
export const jobPool = (options: JobOptions): { compute(nodes: readonly StageNode[]): Promise<JobsDone> } => ({
  compute: (nodes) => new Shift(options).run(nodes),
});

/** One computing of a list of stages. */
class Shift {
  readonly #done = new Set<string>();
  readonly #stopped = new Set<string>();
  readonly #computed = new Set<string>();
  readonly #reasons = new Map<string, string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #idle: JobProcess[] = [];
  readonly #all: JobProcess[] = [];
  /** The first failure that concerns the run: it ends the shift. */
  #failure: { readonly error: unknown } | undefined;
  #free: number;

  constructor(readonly options: JobOptions) {
    // Since the budget was set the data have been read, which this process goes on holding.
    this.#free = Math.min(options.budget, memoryBudget());
  }

  async run(nodes: readonly StageNode[]): Promise<JobsDone> {
    const { store, jobs, signal } = this.options;
    for (const { key, identity } of nodes) {
      await store.keep(identity);
      if (await store.look(identity) !== undefined) this.#done.add(key);
    }
    // A process keeps what an earlier stage made it take, also while it is idle: each counts for the largest there is.
    const memory = Math.max(0, ...nodes.filter(({ key }) => !this.#done.has(key)).map(({ memory }) => memory));
    const left = nodes.map((node) => ({
      stage: node.stage,
      key: node.key,
      needs: node.needs,
      trains: node.task.kind !== "ranks" && node.task.kind !== "regions",
      memory,
    }));
    const interrupted = Promise.withResolvers<void>();
    const onAbort = () => interrupted.resolve();
    signal?.addEventListener("abort", onAbort);
    try {
      while (true) {
        if (signal?.aborted) throw new Interrupted();
        if (this.#failure !== undefined) throw this.#failure.error;
        const standing = { done: this.#done, running: new Set(this.#running.keys()), failed: this.#stopped };
        const next = this.#running.size < jobs ? nextStage(left, standing, this.#free) : undefined;
        if (next !== undefined) this.#begin(next);
        else if (this.#running.size > 0) await Promise.race([interrupted.promise, ...this.#running.values()]);
        else return { computed: this.#computed, failed: this.#reasons };
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      await Promise.all(this.#all.map((process) => process.stop()));
    }
  }

  #begin({ stage, key, memory }: Schedulable & { readonly stage: string }): void {
    const process = this.#idle.pop() ?? this.#start();
    this.#free -= memory;
    const work = async () => {
      try {
        const outcome = await process.compute(key);
        (outcome === "done" ? this.#done : this.#stopped).add(key);
        if (outcome === "done") this.#computed.add(key);
        // One that memory failed in keeps what it took: another takes its place.
        if (typeof outcome === "string") this.#idle.push(process);
        else {
          this.#reasons.set(key, outcome.failed);
          await process.stop();
        }
      } catch (error) {
        this.#failure ??= { error: error instanceof JobError ? new JobError(`${stage}: ${error.message}`) : error };
      } finally {
        this.#free += memory;
        this.#running.delete(key);
      }
    };
    this.#running.set(key, work());
  }

  #start(): JobProcess {
    const process = this.options.start();
    this.#all.push(process);
    return process;
  }
}
