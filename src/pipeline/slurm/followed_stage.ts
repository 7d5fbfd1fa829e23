/**
 * One stage that is computed as a job, as far as those who follow it know.
 * @module
 */
import { canonicalJson } from "../../spec/canonical.ts";
import type { RunEvent } from "../events.ts";
import { LogReader } from "../log_reader.ts";
import type { Store } from "../store.ts";
import type { ReadyStage } from "./batches.ts";
import { type JobRecord, type Outcome, type Submission, SubmittedFiles } from "./submission.ts";

/** A job that was ended with this share of its memory in use is taken to be ended for that. */
const NEAR = 0.9;

/** A stage on its way. */
export class FollowedStage {
  /** "waiting" has no job; "stopped" will not be computed. */
  state: "waiting" | "going" | "done" | "stopped" = "waiting";
  /** Its latest job. */
  job: JobRecord | undefined;
  readonly files: SubmittedFiles;
  #log: LogReader;
  #lost = 0;
  #memory: number;
  #told = "";
  #peak = 0;
  #seconds = 0;
  #spoke = false;
  #ended = false;
  #unseenSince: number | undefined;

  /** @param tellAll told of what happens to it, under the name it is listed by. */
  constructor(root: string, readonly submission: Submission, readonly tellAll: (event: RunEvent) => void) {
    this.files = new SubmittedFiles(root, submission.key);
    this.#memory = submission.resources.memory;
    this.#log = this.#reader();
  }

  get key(): string {
    return this.submission.key;
  }

  /** Its name for readers. */
  get label(): string {
    return this.submission.listed.stage;
  }

  /** What its next job asks for. */
  get asked(): Omit<ReadyStage, "waitsFor"> {
    const { key, kind, resources, rules: { atATime } } = this.submission;
    return { key, kind, atATime, resources: { ...resources, memory: this.#memory } };
  }

  /** Whether it is in the store. */
  async isDone(store: Store): Promise<boolean> {
    const found = await store.look(this.submission.identity);
    this.#seconds = found?.seconds ?? 0;
    return found !== undefined;
  }

  /** How it ended, by its latest job's own word. */
  async outcome(): Promise<Outcome | undefined> {
    const outcome = await this.files.outcome();
    return outcome?.job === this.job?.job ? outcome : undefined;
  }

  /** Writes what its next job is to do. */
  async prepare(): Promise<void> {
    // What an earlier follower left of jobs that are over.
    if (this.job === undefined) await this.files.remove();
    await this.files.submit(this.submission);
  }

  /** A job of it is in the queue now. */
  async submitted(job: string): Promise<void> {
    this.#going({ job, lost: this.#lost, memory: this.#memory });
    await this.files.noteJob(this.job!);
    this.tell("PENDING");
  }

  /** Whether what was submitted before was to ask Slurm for other resources than the spec says now. */
  async asksOtherwise(): Promise<boolean> {
    const before = await this.files.submission();
    return before !== undefined && canonicalJson(before.said) !== canonicalJson(this.submission.said);
  }

  /** A job that somebody submitted before is taken up. */
  attach(job: JobRecord): void {
    this.remember(job);
    this.#lost = job.lost;
    this.#going(job);
  }

  /** What a job that has ended needed, the next one needs too. */
  remember({ memory }: JobRecord): void {
    this.#memory = Math.max(this.#memory, Math.min(memory, this.submission.rules.memoryLimit));
  }

  #going(job: JobRecord): void {
    this.job = job;
    this.state = "going";
    this.#unseenSince = undefined;
    this.#peak = 0;
  }

  /** It waits for another job. */
  drop(): void {
    this.state = "waiting";
  }

  /** Asked when its job is over and its result not in sight: for how many milliseconds that has been so. */
  unseenFor(): number {
    this.#unseenSince ??= performance.now();
    return performance.now() - this.#unseenSince;
  }

  /** Counts a lost job; what comes of that, or undefined when that was one too many. */
  onceMore(): string | undefined {
    const { retries } = this.submission.rules;
    if (this.#lost >= retries) return undefined;
    this.#lost++;
    return `submitted again, ${this.#lost} of ${retries} times, from its last checkpoint`;
  }

  /** Asks for more memory; what comes of that, or undefined when that is all there is. */
  withMoreMemory(): string | undefined {
    const { memoryFactor, memoryLimit } = this.submission.rules;
    if (this.#memory >= memoryLimit) return undefined;
    this.#memory = Math.min(memoryLimit, Math.ceil(this.#memory * memoryFactor));
    return `submitted again with ${this.#memory} MiB`;
  }

  /** Whether its job had about all its memory in use when it was last heard of. */
  get nearItsMemory(): boolean {
    return this.#peak > NEAR * this.job!.memory * 2 ** 20;
  }

  /** Takes what its job says; whether it has said that it is over. */
  async read(): Promise<boolean> {
    this.#spoke = false;
    try {
      await this.#log.read();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return this.#spoke;
  }

  /** How its job stands; whether that is news. */
  tell(state: string): boolean {
    const now = `${this.job!.job} ${state}`;
    if (now === this.#told) return false;
    this.#told = now;
    this.tellAll({ event: "job", stage: this.label, job: this.job!.job, state });
    return true;
  }

  /** That it is done, where its job has not said so. */
  tellEnd(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.tellAll({ event: "end", stage: this.label, seconds: this.#seconds, cached: false, memory: this.#peak });
  }

  #reader(): LogReader {
    const stage = this.label;
    return new LogReader(this.files.events, ({ time: _, ...event }) => {
      switch (event.event) {
        case "begin":
          return this.tellAll({ event: "begin", stage });
        case "step":
          this.#peak = Math.max(this.#peak, event.memory);
          return this.tellAll({ ...event, stage });
        case "say":
          return this.tellAll({ event: "say", text: `${stage}: ${event.text.trim()}` });
        case "end":
          this.#peak = Math.max(this.#peak, event.memory);
          this.#ended = true;
          return this.tellAll({ ...event, stage });
        case "done":
          this.#spoke = true;
      }
    });
  }
}

/** Jobs of stages that a stage reads; one that another of them waits for is waited for anyway. */
export function waitsFor(
  stage: FollowedStage,
  needsOf: (stage: FollowedStage) => readonly FollowedStage[],
): readonly string[] {
  const going = needsOf(stage).filter(({ state }) => state === "going");
  const behind = new Set<FollowedStage>();
  const collect = (one: FollowedStage) => {
    for (const need of needsOf(one)) {
      if (!behind.has(need)) collect(need);
      behind.add(need);
    }
  };
  going.forEach(collect);
  return going.filter((need) => !behind.has(need)).map(({ job }) => job!.job);
}
