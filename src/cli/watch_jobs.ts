/**
 * `deno task watch` of a run on a cluster whose own process has gone: its jobs are followed from here.
 * @module
 */
import { type LoggedEvent, openEventLog } from "../pipeline/event_log.ts";
import type { JobsListed } from "../pipeline/events.ts";
import { JobError } from "../pipeline/job_error.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import type { RunState } from "../pipeline/run_state.ts";
import { FollowedStage } from "../pipeline/slurm/followed_stage.ts";
import { Follower } from "../pipeline/slurm/follower.ts";
import { followed } from "../pipeline/slurm/following.ts";
import { stateText } from "../pipeline/slurm/job_state.ts";
import { Slurm } from "../pipeline/slurm/slurm.ts";
import { makeFolder, type Submission, SubmittedFiles } from "../pipeline/slurm/submission.ts";
import { Store } from "../pipeline/store.ts";
import { interruptible } from "./interruptible.ts";
import { leaveOrCancel } from "./leave_or_cancel.ts";

const LOOK_MS = 250;

/**
 * Follows the jobs to their end, and writes the log that their run has left; gives the exit code.
 *
 * @param look reads the log and draws it.
 * @throws {JobError} when stages are given up.
 */
export async function watchJobs(path: string, { name, jobs }: RunState, look: () => Promise<void>): Promise<number> {
  const { store: root, keys } = jobs!;
  return await interruptible(async (signal) => {
    const log = openEventLog(path, (line) => console.error(line));
    const progress = new Progress([log.sink], signal);
    const store = new Store(root, { signal, say: (line) => progress.say(line) });
    const drawing = drawn(look);
    let failures = 0;
    try {
      const submissions = await submitted(root, keys);
      progress.tell({ event: "stages", stages: submissions.map(({ listed }) => listed) });
      progress.tell({ event: "jobs", store: root, keys });
      const slurm = new Slurm({ store: root, output: await makeFolder(root) });
      const follower = new Follower(submissions, { store, slurm, progress, signal });
      const { failed, lost } = await followed(follower, {
        progress,
        onInterrupt: (jobs) => drawing.paused(() => leaveOrCancel(jobs, signal.reason)),
      });
      for (const reason of failed.values()) progress.say(`failed: ${reason}`);
      for (const reason of lost.values()) {
        // What is given up is nobody's to follow any more.
        progress.tell({ event: "jobs", store: root, keys: [] });
        throw new JobError(reason);
      }
      failures = failed.size;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      progress.tell({ event: "done", outcome: error instanceof Interrupted ? "interrupted" : "failed", text });
      throw error;
    } finally {
      await drawing.end();
      await store.close();
      log.close();
    }
    console.log(
      `The jobs of ${name} are done: deno task run, as it was called, takes their results from the store and writes the report`,
    );
    return failures === 0 ? 0 : 1;
  });
}

/** Tells what jobs have done that nobody follows, and how they stand now. */
export async function lookAtJobs(
  { store: root, keys }: JobsListed,
  take: (event: LoggedEvent) => void,
): Promise<void> {
  const stages = (await submitted(root, keys)).map((submission) =>
    new FollowedStage(root, submission, (event) => take({ time: new Date().toISOString(), ...event }))
  );
  for (const stage of stages) {
    const job = await stage.files.job();
    if (job !== undefined) stage.attach(job);
    await stage.read();
  }
  const going = stages.filter(({ job }) => job !== undefined);
  const slurm = new Slurm({ store: root, output: root });
  const states = await slurm.states(going.map(({ job }) => job!.job));
  for (const stage of going) {
    const state = states?.get(stage.job!.job);
    if (state !== undefined) stage.tell(stateText(state));
  }
}

/** What jobs were to do, as far as it is still there: what is missing was done. */
async function submitted(root: string, keys: readonly string[]): Promise<Submission[]> {
  const all = await Promise.all(keys.map((key) => new SubmittedFiles(root, key).submission()));
  return all.filter((submission) => submission !== undefined);
}

/** Draws again and again beside whatever else is done. */
function drawn(look: () => Promise<void>) {
  let busy = Promise.resolve();
  let paused = false;
  const timer = setInterval(() => {
    if (!paused) busy = busy.then(look);
  }, LOOK_MS);
  return {
    /** Does something that writes to the terminal itself. */
    async paused<T>(act: () => Promise<T>): Promise<T> {
      paused = true;
      await busy;
      try {
        return await act();
      } finally {
        paused = false;
      }
    },
    async end(): Promise<void> {
      clearInterval(timer);
      await busy;
      await look();
    },
  };
}
