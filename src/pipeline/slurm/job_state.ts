/**
 * How a job stands, in Slurm's words, and what follows from them.
 * @module
 */

/** A job, or a task of an array, as Slurm tells of it. */
export interface JobState {
  /** E.g. "PENDING", "RUNNING", "TIMEOUT". */
  readonly state: string;
  /** Why it waits or has ended, e.g. "Resources"; may be empty. */
  readonly reason: string;
}

/** States of jobs that are still to run, run, or are just ending. */
const GOING = new Set([
  "PENDING",
  "RUNNING",
  "CONFIGURING",
  "COMPLETING",
  "SUSPENDED",
  "STOPPED",
  "REQUEUED",
  "REQUEUE_HOLD",
  "REQUEUE_FED",
  "RESV_DEL_HOLD",
  "RESIZING",
  "SIGNALING",
  "SPECIAL_EXIT",
  "STAGE_OUT",
]);

/** Whether the job may still do something. */
export const isGoing = ({ state }: JobState): boolean => GOING.has(state);

/** Whether the system ended it for lack of memory. */
export const ranOutOfMemory = ({ state, reason }: JobState): boolean =>
  state === "OUT_OF_MEMORY" || reason === "OutOfMemory";

/**
 * What squeue says: lines of job, state and reason, with "|" between them. Reasons may hold anything but a newline.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const states = statesOf("71|RUNNING|None\n72_3|PENDING|Resources\n73|CANCELLED by 1000|\n");
 * assert.deepEqual(states.get("72_3"), { state: "PENDING", reason: "Resources" });
 * assert.deepEqual(states.get("73"), { state: "CANCELLED", reason: "" });
 * assert.equal(isGoing(states.get("71")!), true);
 * ```
 */
export function statesOf(text: string): Map<string, JobState> {
  const states = new Map<string, JobState>();
  for (const line of text.split("\n")) {
    const [, job, state, reason] = /^\s*([0-9]+(?:_[0-9]+)?)\|([A-Z_]+)[^|]*\|(.*)$/.exec(line) ?? [];
    if (job === undefined || state === undefined) continue;
    states.set(job, { state, reason: reason === undefined || reason === "None" ? "" : reason.replace(/\|.*$/, "") });
  }
  return states;
}

/** E.g. "TIMEOUT", "PENDING (Resources)". */
export const stateText = ({ state, reason }: JobState): string => reason === "" ? state : `${state} (${reason})`;
