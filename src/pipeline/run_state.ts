/**
 * What a run's events amount to: which stages are done, how far the others are, how long it may take.
 * @module
 */
import type { LoggedEvent } from "./event_log.ts";
import type { JobsListed, ListedStage, RunEnded } from "./events.ts";

/** A stage as far as it has come. */
export interface StageState {
  readonly stage: string;
  readonly state: "waiting" | "running" | "done" | "stored";
  /** What is counted, how many are done, and of how many; zeros before the first step. */
  readonly what: string;
  readonly step: number;
  readonly steps: number;
  /** Losses in order, as far as the log has them; empty where nothing trains. */
  readonly losses: readonly number[];
  /** Since it began; when it is done, what it took. */
  readonly seconds: number;
  /** Resident bytes at its last event. */
  readonly memory: number;
  /** On a cluster: its job and how that stands, e.g. "job 72_3 PENDING (Resources)". */
  readonly job?: string;
}

/** The latest run of a log. */
export interface RunState {
  readonly name: string;
  readonly engine: string;
  /** Milliseconds since the epoch of its first and its latest event. */
  readonly begun: number;
  readonly latest: number;
  /** In the order of one job; stages that were not listed, such as reading data, as they came. */
  readonly stages: readonly StageState[];
  /** The latest lines that were worth saying. */
  readonly said: readonly string[];
  /** What jobs of a cluster compute, where any do. */
  readonly jobs?: JobsListed;
  readonly ended?: RunEnded;
}

const SAID = 4;

/**
 * Takes events one after the other.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const log = new RunLog();
 * const time = "2026-01-01T00:00:00.000Z";
 * log.take({ time, event: "run", name: "a", engine: "cpu", pid: 1 });
 * log.take({ time, event: "stages", stages: [{ stage: "backbone", what: "steps", steps: 4 }] });
 * log.take({ time, event: "begin", stage: "backbone" });
 * assert.deepEqual(log.state?.stages.map(({ stage, state }) => [stage, state]), [["backbone", "running"]]);
 * ```
 */
export class RunLog {
  #run: { name: string; engine: string; begun: number } | undefined;
  #latest = 0;
  #ended: RunEnded | undefined;
  #said: string[] = [];
  #jobs: JobsListed | undefined;
  #listed = new Map<string, ListedStage>();
  #stages = new Map<string, StageState>();

  /** The next event; "run" begins anew. */
  take(event: LoggedEvent): void {
    const time = Date.parse(event.time);
    if (event.event === "run") {
      this.#run = { name: event.name, engine: event.engine, begun: time };
      this.#ended = undefined;
      this.#said = [];
      this.#jobs = undefined;
      this.#listed.clear();
      this.#stages.clear();
    }
    this.#latest = time;
    switch (event.event) {
      case "stages":
        for (const listed of event.stages) {
          this.#listed.set(listed.stage, listed);
          this.#change(listed.stage, { what: listed.what, steps: listed.steps });
        }
        return;
      case "begin":
        return this.#change(event.stage, { state: "running", losses: [] });
      case "step": {
        const { stage, what, step, steps, seconds, memory, loss } = event;
        const losses = this.#stages.get(stage)?.losses ?? [];
        const more = loss === undefined ? losses : [...losses, loss];
        return this.#change(stage, { state: "running", what, step, steps, seconds, memory, losses: more });
      }
      case "end": {
        const { stage, seconds, memory, cached } = event;
        return this.#change(stage, { state: cached ? "stored" : "done", seconds, memory });
      }
      case "jobs":
        this.#jobs = event.keys.length === 0 ? undefined : event;
        // Somebody follows again what another has left.
        this.#ended = undefined;
        return;
      case "job":
        return this.#change(event.stage, { job: `job ${event.job} ${event.state}` });
      case "say":
        this.#said = [...this.#said, event.text].slice(-SAID);
        return;
      case "done":
        this.#ended = event;
    }
  }

  /** The run as it stands; undefined before the first event "run". */
  get state(): RunState | undefined {
    if (this.#run === undefined) return undefined;
    const rest = { ...(this.#jobs && { jobs: this.#jobs }), ...(this.#ended && { ended: this.#ended }) };
    return { ...this.#run, latest: this.#latest, stages: [...this.#stages.values()], said: this.#said, ...rest };
  }

  /** Seconds that what is listed may still take, one stage after the other, by what a step took so far; undefined while that is not known. */
  get secondsLeft(): number | undefined {
    const rates = this.#rates();
    let left = 0;
    for (const { stage, what, steps } of this.#listed.values()) {
      const { state, step, seconds } = this.#stages.get(stage)!;
      if (state === "done" || state === "stored" || steps === 0) continue;
      const rate = step > 0 ? seconds / step : rates[what];
      if (rate === undefined) return undefined;
      left += rate * Math.max(0, this.#stages.get(stage)!.steps - step);
    }
    return this.#listed.size === 0 ? undefined : left;
  }

  /** Seconds a step, by what is counted, over the stages that this run computed. */
  #rates(): Record<string, number | undefined> {
    const rates: Record<string, number | undefined> = {};
    for (const kind of ["steps", "windows"]) {
      const known = [...this.#listed.values()]
        .filter(({ what }) => what === kind)
        .map((listed) => ({ listed, ...this.#stages.get(listed.stage)! }))
        .filter(({ state, step }) => state === "done" || (state === "running" && step > 0));
      const steps = known.reduce((sum, { state, step, listed }) => sum + (state === "done" ? listed.steps : step), 0);
      if (steps > 0) rates[kind] = known.reduce((sum, { seconds }) => sum + seconds, 0) / steps;
    }
    return rates;
  }

  #change(stage: string, change: Partial<StageState>): void {
    const before: StageState = this.#stages.get(stage) ??
      { stage, state: "waiting", what: "steps", step: 0, steps: 0, losses: [], seconds: 0, memory: 0 };
    this.#stages.set(stage, { ...before, ...change });
  }
}
