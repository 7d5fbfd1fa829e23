/**
 * Where running code says what it does, and where an interruption gets in.
 * @module
 */
import type { EventSink, RunEvent } from "./events.ts";

/** Thrown out of a running stage when the user interrupts. */
export class Interrupted extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "Interrupted";

  /** Makes the error; its message tells the user how to go on. `by` is the signal that did it, where it was one. */
  constructor(readonly by?: Deno.Signal) {
    super("Interrupted: what is done is kept, the same command goes on from there");
  }
}

const YIELD_MS = 200;

/**
 * Progress of one run: events for whoever listens.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const heard: string[] = [];
 * const progress = new Progress([({ event }) => heard.push(event)]);
 * await progress.begin("backbone: train sasrec on S");
 * await progress.tick("steps", 1, 400, 0.69);
 * progress.end(12.5, false);
 * assert.deepEqual(heard, ["begin", "step", "end"]);
 * ```
 */
export class Progress {
  #stage = "";
  #start = 0;
  #yielded = 0;

  /**
   * Tells every sink; with none, nobody.
   *
   * @param signal aborts the run at its next step.
   */
  constructor(readonly sinks: readonly EventSink[] = [], readonly signal?: AbortSignal) {}

  /** Something happened here, or in another process that works for this run. */
  tell(event: RunEvent): void {
    for (const sink of this.sinks) sink(event);
  }

  /** A stage begins, unless the user has interrupted. Lets signals through first. @throws {Interrupted} after an abort. */
  async begin(stage: string): Promise<void> {
    await this.#turn();
    this.#stage = stage;
    this.#start = performance.now();
    this.tell({ event: "begin", stage });
  }

  /** Part of a stage is done. Lets signals through now and then. @throws {Interrupted} after an abort. */
  async tick(what: string, step: number, steps: number, loss?: number): Promise<void> {
    const now = performance.now();
    this.tell({
      event: "step",
      stage: this.#stage,
      what,
      step,
      steps,
      ...(loss === undefined ? {} : { loss }),
      seconds: (now - this.#start) / 1000,
      memory: Deno.memoryUsage().rss,
    });
    if (now - this.#yielded > YIELD_MS) await this.#turn();
    else this.#mustGoOn();
  }

  async #turn(): Promise<void> {
    this.#yielded = performance.now();
    await new Promise((resolve) => setTimeout(resolve));
    this.#mustGoOn();
  }

  #mustGoOn(): void {
    if (this.signal?.aborted) throw new Interrupted();
  }

  /** The stage is done; `seconds` is what computing it took. */
  end(seconds: number, cached: boolean): void {
    this.tell({ event: "end", stage: this.#stage, seconds, cached, memory: Deno.memoryUsage().rss });
  }

  /** A line of its own. */
  say(text: string): void {
    this.tell({ event: "say", text });
  }
}
