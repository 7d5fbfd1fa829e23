/**
 * What a run and the processes that work for it say to each other: JSON lines over standard input and output.
 * @module
 */
import type { RunEvent } from "./events.ts";
import type { StageSetting, Stops } from "./stage_bench.ts";

/** The first line to a worker. */
export type JobSetting = StageSetting & {
  /** Root of the store. */
  readonly store: string;
};

/** Every later line: compute this stage. The end of the input ends the worker, after its running step. */
export interface JobRequest {
  readonly key: string;
}

/** Whether a line of a worker's output is an answer: a native library may print there too. */
export function isReply(value: unknown): value is JobReply {
  return typeof value === "object" && value !== null && "reply" in value &&
    ["event", "done", "failed"].includes(String(value.reply));
}

/** What a worker answers. */
export type JobReply =
  /** Something happened. */
  | { readonly reply: "event"; readonly event: RunEvent }
  /** The stage asked for is in the store. */
  | { readonly reply: "done"; readonly key: string }
  /** It is not, and why; `stops` says what cannot go on: a training, whose loss is no longer finite, the methods that need the stage, or the run. */
  | {
    readonly reply: "failed";
    readonly key: string;
    readonly stops: Stops;
    readonly error: string;
  };
