/**
 * What became of a job that did not bring its stage to an end.
 * @module
 */
import type { FollowedStage } from "./followed_stage.ts";
import { type JobState, ranOutOfMemory, stateText } from "./job_state.ts";
import { saysOutOfMemory } from "./slurm.ts";
import type { JobRecord, Outcome } from "./submission.ts";

/** What is known of a lost job. */
export interface LostJob {
  readonly job: JobRecord;
  /** Undefined where Slurm knows nothing of it. */
  readonly state: JobState | undefined;
  /** What its stage said at its end, if it came to that. */
  readonly outcome: Outcome | undefined;
  /** What it printed. */
  readonly printed: string;
  /** Whether it had about all its memory in use. */
  readonly nearItsMemory: boolean;
}

/** Why a job was lost. */
export interface Loss {
  /** Whether it lacked memory; "likely": something else may have ended it as well. */
  readonly memory: "certain" | "likely" | "no";
  /** How it ended, in a few words. */
  readonly word: string;
  /** Why, as far as anybody said. */
  readonly why: string;
}

/**
 * Why a job was lost.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const job = { job: "7", lost: 0, memory: 100 };
 * const state = { state: "OUT_OF_MEMORY", reason: "" };
 * assert.deepEqual(lossOf({ job, state, outcome: undefined, printed: "", nearItsMemory: false }), {
 *   memory: "certain",
 *   word: "OUT_OF_MEMORY",
 *   why: "out of memory with 100 MiB",
 * });
 * ```
 */
export function lossOf({ job, state, outcome, printed, nearItsMemory }: LostJob): Loss {
  const how = state === undefined ? "Slurm knows nothing of it" : stateText(state);
  const interrupted = outcome?.stopped === "interrupted";
  const word = interrupted ? "asked to end: by its time limit, for another job, or by scancel" : how;
  const certain = (state !== undefined && ranOutOfMemory(state)) || saysOutOfMemory(printed);
  if (certain || (outcome === undefined && nearItsMemory)) {
    return { memory: certain ? "certain" : "likely", word, why: `out of memory with ${job.memory} MiB` };
  }
  return { memory: "no", word, why: outcome === undefined ? lastLine(printed) ?? word : outcome.error ?? word };
}

/** That a stage's job is not submitted again, for what limit, why, and where more is to be read. */
export function givenUp(
  { label, job, submission: { rules } }: FollowedStage,
  { memory, word, why }: Loss,
  printedIn: string,
): string {
  const limit = memory === "certain"
    ? `executor.memoryLimit ${rules.memoryLimit}M`
    : `executor.retries ${rules.retries}`;
  const reason = why === word ? "" : `: ${why}`;
  return `${label}: job ${
    job!.job
  } was lost (${word}), and it is not submitted again (${limit})${reason}; what it printed lies in ${printedIn}`;
}

function lastLine(printed: string): string | undefined {
  const line = printed.trim().split("\n").at(-1)?.trim();
  return line === "" ? undefined : line;
}
