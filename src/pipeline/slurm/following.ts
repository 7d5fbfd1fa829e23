/**
 * Following jobs until they are done, or until the user has had enough.
 * @module
 */
import { resolve } from "node:path";
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
    const { jobs, options: { store } } = follower;
    const root = resolve(store.root);
    if (jobs.length === 0) throw error;
    if (error instanceof Interrupted && await onInterrupt(jobs) === "cancel") {
      await follower.cancel();
      // Nothing is left for others to follow.
      progress.tell({ event: "jobs", store: root, keys: [] });
      progress.say(`cancelled ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`);
    } else {
      // Whoever follows them later has these and no others.
      if (!(error instanceof Interrupted)) progress.tell({ event: "jobs", store: root, keys: follower.keys });
      progress.say(
        `left in the queue: the same command, or deno task watch, follows them again; scancel ${
          jobs.join(" ")
        } ends them`,
      );
    }
    throw error;
  }
}
