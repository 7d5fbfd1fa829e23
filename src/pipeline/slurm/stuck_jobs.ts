/**
 * Jobs that wait for something that does not come by itself, such as a node that is larger than all there are.
 * @module
 */
import type { FollowedStage } from "./followed_stage.ts";
import { type JobState, stateText } from "./job_state.ts";

/** Reasons that pass when other jobs end, or when the system has looked; all others are somebody's to do away with. */
const PASSING =
  /^(|None|Priority|Resources|Dependency|BeginTime|Cleaning|JobArrayTaskLimit|Prolog|.*Max.*PerUser|.*Grp.*)$/;

/**
 * Whether a job waits for what does not come by itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isStuck({ state: "PENDING", reason: "PartitionConfig" }));
 * assert.ok(!isStuck({ state: "PENDING", reason: "Priority" }));
 * ```
 */
export const isStuck = ({ state, reason }: JobState): boolean => state === "PENDING" && !PASSING.test(reason);

/** Says of such jobs what they wait for, once for each reason. */
export class StuckJobs {
  readonly #told = new Set<string>();

  constructor(readonly say: (line: string) => void) {}

  look({ job, label, asked: { resources: { cpus, memory, time } } }: FollowedStage, state: JobState): void {
    if (!isStuck(state) || this.#told.has(state.reason)) return;
    this.#told.add(state.reason);
    const asked = `${cpus} cpus, ${memory} MiB${time === undefined ? "" : `, time ${time}`}`;
    this.say(
      `${label}: job ${job!.job} (${asked}) does not start: ${
        stateText(state)
      }. Where the spec asks for what no node has, ` +
        "interrupt this, change executor and run again: jobs that wait with other resources are submitted anew",
    );
  }
}
