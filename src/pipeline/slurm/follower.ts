/**
 * Follows stages that are computed as jobs until each is in the store or cannot be: submits what can begin, asks Slurm how jobs stand, and submits
 * those that were lost again.
 * @module
 */
import { join } from "node:path";
import { acquireLock } from "../lock.ts";
import type { JobsDone } from "../jobs.ts";
import { pause } from "../pause.ts";
import { Interrupted, type Progress } from "../progress.ts";
import type { Store } from "../store.ts";
import { Asking, UNSEEN_MS } from "./asking.ts";
import { batches } from "./batches.ts";
import { FollowedStage, waitsFor } from "./followed_stage.ts";
import { isGoing, type JobState, stateText } from "./job_state.ts";
import { givenUp, lossOf } from "./loss.ts";
import type { Slurm } from "./slurm.ts";
import { StuckJobs } from "./stuck_jobs.ts";
import { type JobRecord, type Outcome, type Submission, SUBMITTED } from "./submission.ts";

/** What following needs. */
export interface FollowerOptions {
  readonly store: Store;
  readonly slurm: Slurm;
  /** Told of everything the jobs do. */
  readonly progress: Progress;
  /** Ends the following; the jobs go on. */
  readonly signal?: AbortSignal | undefined;
  /** For so many milliseconds a result may be out of sight after its job's end: files of another machine are seen late. Left out: 90 seconds. */
  readonly unseenMs?: number;
}

/** What following came to. */
export interface Followed extends JobsDone {
  /** Why stages are given up whose jobs were lost too often, by key: that ends the runs that have them. */
  readonly lost: ReadonlyMap<string, string>;
}

/** Looks at the events of jobs: milliseconds between two, and stages in one. */
const LOOK_MS = 250, LOOKED_AT = 64;

/** Stages on their way. */
export class Follower {
  readonly #stages: ReadonlyMap<string, FollowedStage>;
  readonly #computed = new Set<string>();
  readonly #failed = new Map<string, string>();
  readonly #lostStages = new Map<string, string>();
  readonly #asking: Asking;
  #turn = 0;
  readonly #stuck: StuckJobs;

  /** @param submissions of all stages, those in the store included; what they read beside each other is in the store. */
  constructor(submissions: readonly Submission[], readonly options: FollowerOptions) {
    const { store: { root }, slurm, progress } = options;
    this.#asking = new Asking(slurm, (line) => progress.say(line));
    this.#stuck = new StuckJobs((line) => progress.say(line));
    const stages = submissions.map((submission) =>
      new FollowedStage(root, submission, (event) => progress.tell(event))
    );
    this.#stages = new Map(stages.map((stage) => [stage.key, stage]));
  }

  /** Jobs that may still do something. */
  get jobs(): string[] {
    return this.#in("going").flatMap(({ job }) => job === undefined ? [] : [job.job]);
  }

  /** Keys of their stages. */
  get keys(): string[] {
    return this.#in("going").map(({ key }) => key);
  }

  /**
   * Until nothing is left to do.
   *
   * @throws {JobError} when Slurm refuses a job; those submitted with it are cancelled.
   * @throws {Interrupted} after an abort; the jobs are left as they are.
   */
  async follow(): Promise<Followed> {
    const { signal, store } = this.options;
    for (const stage of this.#stages.values()) {
      await store.keep(stage.submission.identity);
      if (await stage.isDone(store)) stage.state = "done";
    }
    while (true) {
      await this.#submit();
      if (this.#in("going").length === 0) break;
      await pause(LOOK_MS, this.options.signal);
      if (signal?.aborted) throw new Interrupted();
      await this.#look();
    }
    return { computed: this.#computed, failed: this.#failed, lost: this.#lostStages };
  }

  /** Cancels every job. */
  async cancel(): Promise<void> {
    await this.options.slurm.cancel(this.jobs);
  }

  #in(state: FollowedStage["state"]): FollowedStage[] {
    return [...this.#stages.values()].filter((stage) => stage.state === state);
  }

  #needs({ submission: { needs } }: FollowedStage): FollowedStage[] {
    return needs.flatMap((key) => this.#stages.get(key) ?? []);
  }

  /** Everything that can begin, wave by wave: the next waits for jobs of the one before. One who follows the same stages elsewhere waits meanwhile. */
  async #submit(): Promise<void> {
    if (this.#ready().length === 0) return;
    const { store: { root }, slurm, signal } = this.options;
    const gate = await acquireLock(join(root, SUBMITTED, "gate.lock"), { signal });
    const mine: FollowedStage[] = [];
    const numbers: string[] = [];
    try {
      await this.#attach();
      for (let ready = this.#ready(); ready.length > 0; ready = this.#ready()) {
        for (
          const batch of batches(
            ready.map((stage) => ({ ...stage.asked, waitsFor: waitsFor(stage, (one) => this.#needs(one)) })),
          )
        ) {
          const stages = batch.keys.map((key) => this.#stages.get(key)!);
          const [first] = stages;
          const { resources, atATime } = first!.asked;
          for (const stage of stages) await stage.prepare();
          const name = `raie ${first!.submission.listed.stage}${
            stages.length > 1 ? ` and ${stages.length - 1} more` : ""
          }`;
          const number = await slurm.submit({ name, ...batch, atATime, resources }, this.options);
          numbers.push(number);
          mine.push(...stages);
          for (const [i, stage] of stages.entries()) {
            await stage.submitted(batch.tasks === undefined ? number : `${number}_${batch.tasks[i]}`);
          }
        }
      }
    } catch (error) {
      // Whoever has had enough is asked about these jobs too.
      if (error instanceof Interrupted) throw error;
      // Nobody would follow them; what ran before goes on.
      await slurm.cancel(numbers);
      for (const stage of mine) stage.drop();
      throw error;
    } finally {
      await gate.release();
    }
    if (mine.length === 0) return;
    this.options.progress.say(
      `submitted ${mine.length} ${mine.length === 1 ? "stage" : "stages"}: jobs ${numbers.join(", ")}`,
    );
    this.#asking.hurry();
  }

  /** Stages that wait for no more than jobs; those that need what is given up are given up. */
  #ready(): FollowedStage[] {
    const ready: FollowedStage[] = [];
    for (const stage of this.#in("waiting")) {
      const states = this.#needs(stage).map(({ state }) => state);
      if (states.includes("stopped")) stage.state = "stopped";
      else if (!states.includes("waiting")) ready.push(stage);
    }
    return ready;
  }

  /** Takes up jobs that somebody submitted before, or just now, and that are still going. */
  async #attach(): Promise<void> {
    const { slurm, progress } = this.options;
    const found: { stage: FollowedStage; job: JobRecord }[] = [];
    for (const stage of this.#in("waiting")) {
      const job = await stage.files.job();
      if (job !== undefined && job.job !== stage.job?.job) found.push({ stage, job });
    }
    const states = await this.#answer(found.map(({ job }) => job.job));
    let attached = 0;
    const changed: string[] = [];
    for (const { stage, job } of found) {
      const state = states.get(job.job);
      if (state?.state === "PENDING" && await stage.asksOtherwise()) changed.push(job.job);
      else if (state !== undefined && isGoing(state)) {
        stage.attach(job);
        attached++;
      } else if (await stage.isDone(this.options.store)) this.#done(stage);
      else stage.remember(job);
    }
    if (changed.length > 0) {
      await slurm.cancel(changed);
      progress.say(`${changed.length} of the stages have jobs that wait with other resources: submitted anew`);
    }
    if (attached > 0) progress.say(`${attached} of the stages have jobs already: followed from here`);
  }

  /** How jobs stand, however long that takes: who takes silence for their end submits them twice. */
  async #answer(jobs: readonly string[]): Promise<Map<string, JobState>> {
    while (jobs.length > 0) {
      const states = await this.#asking.states(() => jobs);
      if (states !== undefined) return states;
      await pause(LOOK_MS, this.options.signal);
      this.options.signal?.throwIfAborted();
    }
    return new Map();
  }

  /** What the jobs say, and how they stand. */
  async #look(): Promise<void> {
    const { store } = this.options;
    let ended = false;
    const going = this.#in("going");
    // Of very many some at a time: a network's file system bears only so many.
    const turn = going.length <= LOOKED_AT ? going : going.concat(going).slice(this.#turn, this.#turn + LOOKED_AT);
    this.#turn = (this.#turn + LOOKED_AT) % Math.max(1, going.length);
    for (const stage of turn) {
      // Its last word is in the log before the job is over.
      if (await stage.read() && await stage.isDone(store)) {
        this.#done(stage);
        ended = true;
      }
    }
    if (ended) this.#asking.hurry();
    const states = await this.#asking.states(() => this.jobs);
    if (states === undefined) return;
    for (const stage of this.#in("going")) await this.#judge(stage, states.get(stage.job!.job));
    await this.#dropBehind();
  }

  async #judge(stage: FollowedStage, state: JobState | undefined): Promise<void> {
    if (state !== undefined && stage.tell(stateText(state))) {
      this.#asking.hurry();
      this.#stuck.look(stage, state);
    }
    if (state !== undefined && isGoing(state)) return;
    await stage.read();
    if (await stage.isDone(this.options.store)) return this.#done(stage);
    const outcome = await stage.outcome();
    // A training that diverged is computed again for its batch, where its engine is here.
    const here = stage.submission.engine.elsewhere === undefined;
    if (outcome?.stopped === "training" && here) return this.#stop(stage);
    if (outcome?.stopped === "training" || outcome?.stopped === "method") return this.#stop(stage, outcome.error ?? "");
    if (state !== undefined && this.#waitedInVain(stage, state)) return stage.drop();
    const vanished = state === undefined || (state.state === "COMPLETED" && outcome?.stopped === undefined);
    if (vanished && stage.unseenFor() < (this.options.unseenMs ?? UNSEEN_MS)) return this.#asking.hurry();
    await this.#lost(stage, state, outcome);
  }

  /** Whether what it waited for did not come, which is judged by itself; who cancels a job that waits ends that job. */
  #waitedInVain(stage: FollowedStage, { reason }: JobState): boolean {
    if (reason === "DependencyNeverSatisfied") return true;
    return reason === "Dependency" &&
      this.#needs(stage).some(({ state }) => state === "waiting" || state === "stopped");
  }

  /** A job that did not bring its stage to an end: once more, with more memory if that was it, as often as the rules have it. */
  async #lost(stage: FollowedStage, state: JobState | undefined, outcome: Outcome | undefined): Promise<void> {
    const { progress, slurm } = this.options;
    const { label, nearItsMemory } = stage;
    const job = stage.job!;
    const printed = await slurm.printed(job.job);
    const { memory, word, why } = lossOf({ job, state, outcome, printed, nearItsMemory });
    const more = memory === "no" ? undefined : stage.withMoreMemory();
    const again = more ?? (memory === "certain" ? undefined : stage.onceMore());
    if (again !== undefined) {
      progress.say(`${label}: job ${job.job} was lost (${memory === "no" ? word : why}): ${again}`);
      return stage.drop();
    }
    const all = givenUp(stage, { memory, word, why }, slurm.printedIn(job.job));
    if (stage.submission.ofMethod && memory !== "no") return this.#stop(stage, all);
    progress.say(all);
    this.#lostStages.set(stage.key, all);
    this.#stop(stage);
  }

  #done(stage: FollowedStage): void {
    stage.state = "done";
    stage.tellEnd();
    this.#computed.add(stage.key);
  }

  #stop(stage: FollowedStage, reason?: string): void {
    stage.state = "stopped";
    if (reason !== undefined) this.#failed.set(stage.key, reason);
    this.#asking.hurry();
  }

  /** Jobs that wait for a stage whose job was lost would wait for ever. */
  async #dropBehind(): Promise<void> {
    const behind = [];
    // In the order of the stages: what is dropped takes with it what comes after.
    for (const stage of this.#stages.values()) {
      if (
        stage.state !== "going" || !this.#needs(stage).some(({ state }) => state === "waiting" || state === "stopped")
      ) {
        continue;
      }
      behind.push(stage.job!.job);
      stage.drop();
    }
    await this.options.slurm.cancel(behind);
  }
}
