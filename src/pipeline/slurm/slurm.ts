/**
 * Slurm's commands. Every word reaches them as it is, without a shell between.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIfThere } from "../../files.ts";
import type { Resources } from "../../spec/executor.ts";
import { JobError } from "../job_error.ts";
import { pause } from "../pause.ts";
import { Interrupted, type Progress } from "../progress.ts";
import { type JobState, statesOf } from "./job_state.ts";

/** Programs of Slurm that are started. */
export const PROGRAMS = ["sbatch", "squeue", "sacct", "scancel"] as const;

/** What a job asks for, and what it runs. */
export interface JobOrder {
  /** For those who look at the queue. */
  readonly name: string;
  /** Of the stages, in the order of the tasks; of a job that looks at the engine, what its finding is called. */
  readonly keys: readonly string[];
  /** "engine": says which engines the node has. Left out: stages. */
  readonly looksAt?: "engine";
  /** Numbers of the tasks in the array, one for each key; absent for a job of its own. */
  readonly tasks?: readonly number[];
  /** Running tasks of the array at most. */
  readonly atATime: number;
  /** What it waits for, as sbatch writes it; empty for nothing. */
  readonly dependency: string;
  readonly resources: Resources & { readonly cpus: number; readonly memory: number };
}

/** Where jobs run and print. */
export interface JobPlaces {
  /** Root of the store, absolute. */
  readonly store: string;
  /** Folder for what they print, absolute. */
  readonly output: string;
}

/** Root of this project, where tasks are typed. */
const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
/** Before the key of a job that is no array's task. */
const ALONE = "alone";
const SCRIPT = fileURLToPath(new URL("./job.sh", import.meta.url));

/** Where all jobs print that cannot have a file each. */
const SHARED = "jobs.txt";

/** Seconds before the time limit at which a job is asked to keep a checkpoint and end, and the share of a short limit that may be. */
const GRACE = { seconds: 60, share: 0.1 };

/**
 * Arguments of sbatch for a job. Each option is one word with its value, so that a value that begins with a hyphen is no option.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const resources = { cpus: 2, memory: 4096, partition: "-x $(y)" };
 * const order = { name: "ranks", keys: ["a", "b"], tasks: [0, 4], atATime: 8, dependency: "afterok:7", resources };
 * const words = sbatchWords(order, { store: "/s", output: "/s/out%put" });
 * assert.ok(words.includes("--partition=-x $(y)") && words.includes("--array=0,4%8"));
 * assert.ok(words.includes("--output=/s/out%%put/%A_%a.txt"));
 * ```
 */
export function sbatchWords(order: JobOrder, { store, output }: JobPlaces): string[] {
  const { name, keys, looksAt, tasks, atATime, dependency, resources } = order;
  const { partition, gres, cpus, memory, time } = resources;
  return [
    "--parsable",
    "--export=ALL",
    "--no-requeue",
    "--open-mode=append",
    `--job-name=${oneLine(name)}`,
    `--chdir=${PROJECT}`,
    `--output=${outputPattern(output, tasks !== undefined)}`,
    `--signal=B:TERM@${graceOf(time)}`,
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${cpus}`,
    `--mem=${memory}M`,
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(gres === undefined ? [] : [`--gres=${gres}`]),
    ...(tasks === undefined ? [] : [`--array=${tasks.join(",")}%${atATime}`]),
    ...(dependency === "" ? [] : [`--dependency=${dependency}`, "--kill-on-invalid-dep=yes"]),
    SCRIPT,
    PROJECT,
    store,
    Deno.execPath(),
    // A task finds its key by its number.
    ...(tasks ?? [looksAt ?? ALONE]).map((task, i) => `${task}=${keys[i]}`),
  ];
}

function graceOf(time: string | undefined): number {
  if (time === undefined) return GRACE.seconds;
  return Math.max(1, Math.min(GRACE.seconds, Math.floor(GRACE.share * secondsOf(time))));
}

/**
 * A time limit in seconds, as Slurm reads it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes and so on.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(["90", "1:30", "4:00:00", "1-12", "1-0:30"].map(secondsOf), [5400, 90, 14400, 129600, 88200]);
 * ```
 */
export function secondsOf(time: string): number {
  const [days, rest] = time.includes("-") ? time.split("-") : [undefined, time];
  const parts = (rest ?? "").split(":").map(Number);
  const [hours = 0, minutes = 0, seconds = 0] = days !== undefined || parts.length === 3 ? parts : [0, ...parts];
  return ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Names are for readers; Slurm's tables have a line for each. */
// deno-lint-ignore no-control-regex
const oneLine = (name: string): string => name.replace(/[\u0000-\u001f\u007f]+/g, " ");

/**
 * A file's path as sbatch's --output wants it: a percent sign is written twice. A backslash too, and turns all patterns off, so that then all
 * tasks print into one file.
 */
function outputPattern(folder: string, array: boolean): string {
  if (folder.includes("\\")) return join(folder, SHARED).replaceAll("\\", "\\\\");
  return `${folder.replaceAll("%", "%%")}/${array ? "%A_%a" : "%j"}.txt`;
}

/** What sbatch says where its controller is not there, or has too much to do. */
const AWAY =
  /unable to contact slurm controller|socket timed out|temporarily un(able|available)|zero bytes were transmitted|connection (refused|reset|timed out)/i;
/** Pauses before sbatch is started again; five minutes in all. */
const AGAIN_SECONDS = [1, 2, 4, 8, 15, 30, 60, 60, 60, 60];

/** Who is told while submitting waits, and may end it. */
export interface Waiting {
  readonly progress: Pick<Progress, "say">;
  readonly signal?: AbortSignal | undefined;
}

/** Slurm as this machine's commands reach it. */
export class Slurm {
  #accounting = true;

  /** Jobs that are submitted run and print in these places. */
  constructor(readonly places: JobPlaces) {}

  /**
   * Submits; gives the number of the job, or of the array. A controller that cannot be reached, or is too busy, is asked again for some minutes: a job
   * that it took nevertheless finds its stage taken, or in the store.
   *
   * @throws {JobError} in sbatch's own words when it refuses.
   * @throws {Interrupted} after an abort.
   */
  async submit(order: JobOrder, { progress, signal }: Waiting): Promise<string> {
    for (let attempt = 0;; attempt++) {
      if (signal?.aborted) throw new Interrupted();
      const { code, out, err } = await started("sbatch", sbatchWords(order, this.places));
      // "71", or "71;cluster" where there are several.
      const [, job] = /^(\d+)(;.*)?$/m.exec(out) ?? [];
      if (code === 0 && job !== undefined) return job;
      const said = words(err) || words(out) || `exit code ${code}`;
      const seconds = AGAIN_SECONDS[attempt];
      if (seconds === undefined || !AWAY.test(said)) {
        throw new JobError(`Slurm does not take "${oneLine(order.name)}": ${said}`);
      }
      progress.say(`Slurm does not take "${oneLine(order.name)}" just now (${said}): asking again in ${seconds} s`);
      await pause(1000 * seconds, signal);
    }
  }

  /**
   * How jobs stand; of those that Slurm knows nothing of, nothing. Undefined where its controller does not answer now.
   *
   * @throws {JobError} when squeue cannot be started.
   */
  async states(jobs: readonly string[]): Promise<Map<string, JobState> | undefined> {
    const states = new Map<string, JobState>();
    for (const part of parts(jobs)) {
      const asked = ["--noheader", "--array", "--states=all", "--format=%i|%T|%r", `--jobs=${part.join(",")}`];
      const { code, out, err } = await started("squeue", asked);
      // Said when it knows none of them: it forgets what ended some minutes ago.
      if (code !== 0 && !/Invalid job id/i.test(err)) return undefined;
      for (const [job, state] of statesOf(out)) states.set(job, state);
    }
    const unknown = jobs.filter((job) => !states.has(job));
    for (const [job, state] of await this.#remembered(unknown)) states.set(job, state);
    return states;
  }

  /** What accounting has of jobs that the queue has forgotten. */
  async #remembered(jobs: readonly string[]): Promise<Map<string, JobState>> {
    const states = new Map<string, JobState>();
    for (const part of this.#accounting ? parts(jobs) : []) {
      const asked = [
        "--noheader",
        "--parsable2",
        "--allocations",
        "--format=JobID,State,Reason",
        `--jobs=${part.join(",")}`,
      ];
      const { code, out, err } = await started("sacct", asked).catch(without);
      if (code !== 0) this.#accounting = !/disabled/i.test(err);
      else for (const [job, state] of statesOf(out)) states.set(job, state);
    }
    return states;
  }

  /** Ends jobs; those that have ended are left as they are. */
  async cancel(jobs: readonly string[]): Promise<void> {
    for (const part of parts(jobs)) {
      const { code, err } = await started("scancel", ["--quiet", ...part]);
      if (code !== 0) throw new JobError(`Slurm does not cancel jobs ${part.join(" ")}: ${words(err)}`);
    }
  }

  /** Where that lies. */
  printedIn(job: string): string {
    const { output } = this.places;
    return join(output, output.includes("\\") ? SHARED : `${job}.txt`);
  }

  /** What a job printed, its end; empty where there is nothing. Of a file that several jobs print into, what Slurm says of this one. */
  async printed(job: string): Promise<string> {
    const { output } = this.places;
    const own = await textIfThere(join(output, `${job}.txt`));
    if (own !== undefined) return own.slice(-4000);
    const all = (await textIfThere(join(output, SHARED)) ?? "").split("\n");
    return all.filter((line) => line.split(/[\s=.]+/).includes(job) && line.startsWith("slurmstepd")).join("\n");
  }
}

async function textIfThere(path: string): Promise<string | undefined> {
  const bytes = await readIfThere(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** What Slurm's daemon writes into the output of a job that takes more memory than it asked for. */
export const saysOutOfMemory = (printed: string): boolean =>
  /exceeded (job |step )?memory limit|oom[-_ ]kill/i.test(printed);

/** As many jobs as one command is asked about. */
function* parts(jobs: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < jobs.length; at += 1000) yield jobs.slice(at, at + 1000);
}

/** A cluster without accounting may lack its program too. */
const without = (error: unknown) => {
  if (error instanceof JobError) return { code: 1, out: "", err: "disabled: there is no sacct" };
  throw error;
};

const words = (text: string): string => text.trim().split(/\s*\n\s*/).join("; ");

async function started(program: typeof PROGRAMS[number], args: readonly string[]) {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new JobError(`Cannot start ${program}: ${why}; --executor slurm needs Slurm's commands on the PATH`, {
      cause,
    });
  }
}
