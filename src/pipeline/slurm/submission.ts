/**
 * What lies in the store about stages that are computed as jobs: what each job does, which job that is, how it ended.
 *
 * Under the root, for a key's first 24 digits KEY: `submitted/KEY.json` (the submission), KEY.job (the latest job), KEY.outcome (what the stage
 * command said at its end), KEY.ndjson (its events), beside them engine-DIGEST.json (see node_engine.ts), and in `submitted/output` what jobs print. All of it is for those who follow: results lie
 * where they always do, and are judged there.
 * @module
 */
import { join } from "node:path";
import { readIfFile, removeIfThere, writeWhole } from "../../files.ts";
import type { Rung } from "../../engine/types.ts";
import type { ExecutorSpec, Resources, StageKind } from "../../spec/executor.ts";
import type { ListedStage } from "../events.ts";
import { places } from "../places.ts";
import type { StageSetting, Stops } from "../stage_bench.ts";
import type { StageIdentity } from "../stage_key.ts";
import { StoreError } from "../store_error.ts";

/** What a job must know to compute a stage, and whoever follows it to submit it again. */
export interface Submission extends StageSetting {
  /** Of this form of a submission. */
  readonly version: 1;
  /** Digest of `identity`. */
  readonly key: string;
  /** What the stage computes. */
  readonly kind: StageKind;
  /** Everything the result depends on. */
  readonly identity: StageIdentity;
  /** As the run lists it; of a sweep with its cell before it. */
  readonly listed: ListedStage;
  /** Keys of the results it reads. */
  readonly needs: readonly string[];
  /** Whether it is one method's own: what stops it stops that method alone. */
  readonly ofMethod: boolean;
  /** The engine that the key was made for; `elsewhere`: the machine that submits does not have it. */
  readonly engine: { readonly id: string; readonly rung: Rung; readonly threads: number; readonly elsewhere?: true };
  /** What the spec says of that: the rest of `resources` is reckoned, and may be reckoned otherwise the next time. */
  readonly said: Resources;
  /** What it asks Slurm for at first. */
  readonly resources: Resources & { readonly cpus: number; readonly memory: number };
  /** What becomes of jobs that are lost, and how many run at a time. */
  readonly rules: Pick<ExecutorSpec, "retries" | "memoryFactor"> & {
    /** Running tasks of an array. */
    readonly atATime: number;
    /** MiB. */
    readonly memoryLimit: number;
  };
}

/** The latest job of a stage. */
export interface JobRecord {
  /** E.g. "71", or "72_3" of an array. */
  readonly job: string;
  /** How many jobs of this stage were lost before it, since somebody last asked for the stage. */
  readonly lost: number;
  /** MiB it was given. */
  readonly memory: number;
}

/** What the stage command says at its end. */
export interface Outcome {
  /** The job it ran in; absent where a person typed it. */
  readonly job?: string;
  /** Absent when the stage is in the store; "interrupted": something asked the process to end. */
  readonly stopped?: Stops | "interrupted";
  readonly error?: string;
}

/** Folder of submissions under a store's root. */
export const SUBMITTED = "submitted";

/** Files of a key. */
export class SubmittedFiles {
  readonly #stem: string;

  /** @param key whole, or its first 24 digits. */
  constructor(readonly root: string, key: string) {
    this.#stem = join(root, SUBMITTED, key.slice(0, 24));
  }

  /** Path of the stage's event log. */
  get events(): string {
    return `${this.#stem}.ndjson`;
  }

  /** What the job does; undefined where nothing of this key was submitted. @throws {StoreError} when it cannot be understood. */
  async submission(): Promise<Submission | undefined> {
    const path = `${this.#stem}.json`;
    const value = await readJson(path);
    if (value === undefined) return undefined;
    const { version, key, spec, engine, identity } = value as Partial<Submission>;
    const whole = version === 1 && typeof key === "string" && spec !== undefined && engine !== undefined &&
      identity !== undefined;
    if (whole) return value as Submission;
    throw new StoreError(
      `Cannot use ${path}: it is no submission of this version; the run that submitted it writes it again`,
    );
  }

  async job(): Promise<JobRecord | undefined> {
    return await readJson(`${this.#stem}.job`) as JobRecord | undefined;
  }

  async outcome(): Promise<Outcome | undefined> {
    return await readJson(`${this.#stem}.outcome`) as Outcome | undefined;
  }

  async submit(submission: Submission): Promise<void> {
    await makeFolder(this.root);
    await writeWhole(`${this.#stem}.json`, JSON.stringify(submission, null, 1));
  }

  async noteJob(job: JobRecord): Promise<void> {
    await writeWhole(`${this.#stem}.job`, JSON.stringify(job));
  }

  async noteOutcome(outcome: Outcome): Promise<void> {
    await writeWhole(`${this.#stem}.outcome`, JSON.stringify(outcome));
  }

  async forgetOutcome(): Promise<void> {
    await removeIfThere(`${this.#stem}.outcome`);
  }

  /** Removes all of it: the stage is in the store, or nobody wants it. */
  async remove(): Promise<void> {
    for (const end of ["job", "outcome", "ndjson", "json"]) await removeIfThere(`${this.#stem}.${end}`);
  }
}

/** Makes the folders of submissions and of what jobs print, and gives the latter's path. */
export async function makeFolder(root: string): Promise<string> {
  const output = join(root, SUBMITTED, "output");
  await Deno.mkdir(output, { recursive: true });
  return output;
}

/** Whether a text can be a key: its first 24 hexadecimal digits, as plan shows them, or all 64. */
export const isKey = (text: string): boolean => /^([0-9a-f]{24}|[0-9a-f]{64})$/.test(text);

/** Path of a result under the root, for readers. */
export const entryOf = ({ kind, key }: Pick<Submission, "kind" | "key">): string => places(kind, key).entry;

/** Undefined where there is no such file, or no JSON in it: a killed process or a full disk may have left a part. */
async function readJson(path: string): Promise<object | undefined> {
  const bytes = await readIfFile(path);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
