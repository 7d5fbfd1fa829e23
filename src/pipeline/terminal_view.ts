/**
 * A run in a terminal: a bar for each stage, redrawn in place; where the output is no terminal, a line when a stage is done.
 * @module
 */
import type { EventSink, StageStepped } from "./events.ts";
import { timeText } from "./wording.ts";
import { writtenOut } from "../spec/shown_text.ts";

const WIDTH = 24;
const LABEL = 44;
const REDRAW_MS = 80;

/** Where lines go. */
export interface Screen {
  /** Whether a line can be drawn over. */
  readonly terminal: boolean;
  /** Takes text as it is to appear. */
  write(text: string): void;
}

/** Standard error. */
export const standardError: Screen = {
  get terminal() {
    return Deno.stderr.isTerminal();
  },
  write: (text) => {
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    } catch (error) {
      // Whoever was reading has gone; the run is still wanted.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  },
};

/**
 * Draws events on a screen.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * let text = "";
 * const draw = terminalView({ terminal: false, write: (more) => text += more });
 * draw({ event: "end", stage: "base: rank S, F1, T", seconds: 1.234, cached: false, memory: 0 });
 * assert.match(text, /^base: rank S, F1, T +█+ {2}1\.2 s\n$/);
 * ```
 */
export function terminalView(screen: Screen = standardError): EventSink {
  const running = new Set<string>();
  let drawn = -Infinity;
  const print = (line: string, stays: boolean) => {
    const shown = writtenOut(line);
    screen.write(screen.terminal ? `\r\x1b[K${shown}${stays ? "\n" : ""}` : `${shown}\n`);
  };
  const draw = (stage: string, bar: string, rest: string, force: boolean) => {
    const now = performance.now();
    if (!screen.terminal || (!force && now - drawn < REDRAW_MS)) return;
    drawn = now;
    const others = running.size > 1 ? ` (${running.size} at a time)` : "";
    print(`${stage.padEnd(LABEL)} ${bar}  ${rest}${others}`, false);
  };
  return (event) => {
    switch (event.event) {
      case "begin":
        running.add(event.stage);
        return draw(event.stage, barOf(0), "", true);
      case "step":
        return draw(event.stage, barOf(event.step / event.steps), restOf(event), event.step === event.steps);
      case "end": {
        running.delete(event.stage);
        const time = event.cached ? "from the store" : `${event.seconds.toFixed(1)} s`;
        return print(`${event.stage.padEnd(LABEL)} ${barOf(1)}  ${time}`, true);
      }
      case "say":
        return print(event.text, true);
      case "run":
        return print(`${event.name}: engine ${event.engine}`, true);
      case "stages":
      case "jobs":
      case "job":
        return;
      case "done":
        // What is printed next, by whoever ends the run, begins on a line of its own.
        if (screen.terminal && running.size > 0) screen.write("\n");
        return;
    }
  };
}

function restOf({ what, step, steps, seconds }: StageStepped): string {
  return step === 0 ? what : `${what} ${step} of ${steps}, ${timeText(seconds / step * (steps - step))} left`;
}

/** A bar of `share`, 0 to 1, of its width. */
export function barOf(share: number): string {
  const filled = Math.round(WIDTH * Math.min(1, Math.max(0, share || 0)));
  return "█".repeat(filled) + "░".repeat(WIDTH - filled);
}
