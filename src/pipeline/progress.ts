/**
 * Progress in a terminal: a bar for each stage, redrawn in place; where the output is no terminal, a line when a stage is done.
 * @module
 */

/** Thrown out of a running stage when the user interrupts. */
export class Interrupted extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "Interrupted";

  /** Makes the error; its message tells the user how to go on. */
  constructor() {
    super("Interrupted: what is done is kept, the same command goes on from there");
  }
}

const WIDTH = 24;
const REDRAW_MS = 80;
const YIELD_MS = 200;

/** Progress of one run after another. */
export class Progress {
  #label = "";
  #start = 0;
  #drawn = 0;
  #yielded = 0;
  readonly #terminal: boolean;

  /**
   * Prints to standard error, nothing when `quiet`.
   *
   * @param signal aborts the run at its next step.
   */
  constructor(readonly quiet: boolean, readonly signal?: AbortSignal) {
    this.#terminal = Deno.stderr.isTerminal();
  }

  /** A stage begins. */
  begin(label: string): void {
    this.#label = label;
    this.#start = performance.now();
    this.#draw("", 0, 0, true);
  }

  /** Part of a stage is done. Lets signals through now and then. @throws {Interrupted} after an abort. */
  async tick(what: string, done: number, total: number): Promise<void> {
    this.#draw(what, done, total, done === total);
    const now = performance.now();
    if (now - this.#yielded > YIELD_MS) {
      this.#yielded = now;
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (this.signal?.aborted) {
      throw new Interrupted();
    }
  }

  /** The stage is done. */
  end(seconds: number, cached: boolean): void {
    const time = cached ? "from the store" : `${seconds.toFixed(1)} s`;
    this.#print(`${this.#label.padEnd(44)} ${"█".repeat(WIDTH)}  ${time}`, true);
  }

  /** A line of its own. */
  say(line: string): void {
    this.#print(line, true);
  }

  #draw(what: string, done: number, total: number, force: boolean): void {
    const now = performance.now();
    if (!this.#terminal || (!force && now - this.#drawn < REDRAW_MS)) return;
    this.#drawn = now;
    const filled = total === 0 ? 0 : Math.round(WIDTH * done / total);
    const left = done === 0 ? "" : `${((now - this.#start) / done * (total - done) / 1000).toFixed(0)} s left`;
    this.#print(`${this.#label.padEnd(44)} ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}  ${what} ${left}`, false);
  }

  #print(line: string, stays: boolean): void {
    if (this.quiet) return;
    const text = this.#terminal ? `\r\x1b[K${line}${stays ? "\n" : ""}` : `${line}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
