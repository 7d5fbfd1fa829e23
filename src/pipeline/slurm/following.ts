/**
 * Following jobs until they are done, or until the user has had enough.
 * @module
 */
import { Interrupted, type Progress } from "../progress.ts";
import type { Followed, Follower } from "./follower.ts";

/** Asked with the jobs that are going. */
export type OnInterrupt = (jobs: readonly string[]) => Promise<"leave" | "cancel">;

/** Follows to the end; an interruption is asked about, and whatever else ends it says which jobs it leaves. */
export async function followed(
  follower: Follower,
  { onInterrupt, progress }: { readonly onInterrupt: OnInterrupt; readonly progress: Progress },
): Promise<Followed> {
  try {
    return await follower.follow();
  } catch (error) {
    const { jobs } = follower;
    if (jobs.length === 0) throw error;
    if (error instanceof Interrupted && await onInterrupt(jobs) === "cancel") {
      await follower.cancel();
      // Nothing is left for others to follow.
      progress.tell({ event: "jobs", store: follower.options.store.root, keys: [] });
      progress.say(`cancelled ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`);
    } else {
      progress.say(
        `left in the queue: the same command, or deno task watch, follows them again; scancel ${
          jobs.join(" ")
        } ends them`,
      );
    }
    throw error;
  }
}
