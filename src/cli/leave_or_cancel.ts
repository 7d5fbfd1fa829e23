/**
 * What becomes of a cluster's jobs when the one who follows them is interrupted: asked in a terminal, left as they are elsewhere.
 * @module
 */
import { Interrupted } from "../pipeline/progress.ts";

/** A task runner passes the terminal's Ctrl-C on to a program that has had it already: within so many milliseconds that is the same one. */
const SAME_MS = 500;

/** Asks when Ctrl-C was pressed in a terminal; another Ctrl-C ends the program at once, and the jobs go on. */
export async function leaveOrCancel(jobs: readonly string[], reason: unknown): Promise<"leave" | "cancel"> {
  const byHand = reason instanceof Interrupted && reason.by === "SIGINT";
  if (!byHand || !Deno.stdin.isTerminal()) return "leave";
  const asked = performance.now();
  const again = () => {
    if (performance.now() - asked > SAME_MS) Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", again);
  try {
    const count = `${jobs.length} ${jobs.length === 1 ? "job is" : "jobs are"}`;
    say(`\n${count} in the queue or running. Leave them, or cancel them? [l/c] `);
    while (true) {
      const answer = await line();
      if (answer === undefined || /^l(eave)?$/i.test(answer)) return "leave";
      if (/^c(ancel)?$/i.test(answer)) return "cancel";
      say("l leaves them, c cancels them: ");
    }
  } finally {
    Deno.removeSignalListener("SIGINT", again);
  }
}

const say = (text: string): void => {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
};

/** The next line typed; undefined when the terminal is gone. */
async function line(): Promise<string | undefined> {
  const buffer = new Uint8Array(256);
  const count = await Deno.stdin.read(buffer);
  return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count)).trim();
}
