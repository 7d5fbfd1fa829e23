/**
 * `deno task watch RUN`: follows a run's event log and draws where it stands.
 * @module
 */
import { basename, join } from "node:path";
import { EVENT_LOG, isWritten, type LoggedEvent } from "../pipeline/event_log.ts";
import { LogReader } from "../pipeline/log_reader.ts";
import { RunLog, type RunState } from "../pipeline/run_state.ts";
import { type Screen, terminalView } from "../pipeline/terminal_view.ts";
import { UsageError } from "./args.ts";
import type { Arguments, Command } from "./types.ts";
import { lookAtJobs, watchJobs } from "./watch_jobs.ts";
import { panel } from "./watch_panel.ts";

/** The command. */
export const command: Command = {
  name: "watch",
  summary:
    "follow a run: its stages, loss, memory and time left, from its event log. Of a run on a cluster that nobody follows any more, follows the jobs, submits again those that are lost, and asks at Ctrl-C whether to cancel them",
  usage: "deno task watch RUN [options]",
  positional: { min: 1, max: 1 },
  options: [
    { name: "out", value: "DIR", summary: "folder the run writes its reports to (default: reports)" },
    { name: "once", summary: "show where the run stands, and end" },
  ],
  examples: ["deno task watch quickstart", "deno task watch reports/quickstart --once"],
  run,
};

const LOOK_MS = 250;

async function run(args: Arguments): Promise<number> {
  const path = await logOf(args.positional[0]!, args.text("out") ?? "reports");
  const log = new RunLog();
  if (args.has("once")) {
    await new LogReader(path, (event) => log.take(event)).read();
    const begun = mustHaveBegun(log, path);
    const left = !isWritten(path) && isLeft(begun) ? begun.jobs : undefined;
    if (left !== undefined) {
      // The run has ended, its jobs have not.
      log.take({ time: new Date().toISOString(), ...left });
      await lookAtJobs(left, (event) => log.take(event));
    }
    const state = mustHaveBegun(log, path);
    console.log(drawn(state, log, { rows: Infinity, columns: Infinity }).join("\n"));
    if (left !== undefined) {
      console.error(`Nobody follows its jobs: deno task watch ${path} does, and so does the run's own command`);
      return 0;
    }
    return state.ended === undefined && !isWritten(path) ? killed() : codeOf(state);
  }
  const view = Deno.stdout.isTerminal() ? new Redrawn(log) : new Lines();
  const reader = new LogReader(path, (event) => {
    log.take(event);
    view.take(event);
  });
  const look = async () => {
    await reader.read();
    view.draw();
  };
  while (true) {
    const alive = isWritten(path);
    // What a run wrote before it ended is there now.
    await look();
    const { state } = log;
    // Nobody follows the jobs it has left in the queue.
    if (!alive && state !== undefined && isLeft(state)) return await watchJobs(path, state, look);
    if (state?.ended !== undefined) return codeOf(state);
    if (!alive) {
      mustHaveBegun(log, path);
      return killed();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether a run ended before its jobs did. */
const isLeft = ({ ended, jobs }: RunState): boolean =>
  jobs !== undefined && jobs.keys.length > 0 && ended?.outcome !== "done";

/** The log that `run` names: a file, a report's folder, or an experiment under `out`. */
async function logOf(run: string, out: string): Promise<string> {
  const places = basename(run) === EVENT_LOG ? [run] : [join(run, EVENT_LOG), join(out, run, EVENT_LOG)];
  for (const path of places) {
    if (await isFile(path)) return path;
  }
  const runs: string[] = [];
  if (await isFolder(out)) {
    for await (const { name } of Deno.readDir(out)) if (await isFile(join(out, name, EVENT_LOG))) runs.push(name);
  }
  const found = runs.length === 0 ? `no run has left one in ${out}` : `${out} has those of ${runs.sort().join(", ")}`;
  throw new UsageError(`Cannot watch "${run}": there is no event log ${places.join(" or ")}; ${found}`, "watch");
}

const isFile = async (path: string): Promise<boolean> => (await statIfThere(path))?.isFile ?? false;
const isFolder = async (path: string): Promise<boolean> => (await statIfThere(path))?.isDirectory ?? false;

async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function mustHaveBegun({ state }: RunLog, path: string): RunState {
  if (state === undefined) throw new UsageError(`Cannot watch ${path}: no run has begun in it`, "watch");
  return state;
}

const drawn = (state: RunState, log: RunLog, size: { rows: number; columns: number }): string[] =>
  panel(state, { left: log.secondsLeft, now: Date.now(), ...size });

/** Where lines can be drawn over: the panel, again and again in the same place. */
class Redrawn {
  #lines = 0;

  constructor(readonly log: RunLog) {}

  take(): void {}

  draw(): void {
    const { state } = this.log;
    if (state === undefined) return;
    const lines = drawn(state, this.log, Deno.consoleSize());
    const up = this.#lines === 0 ? "" : `\x1b[${this.#lines}A`;
    standardOutput.write(`${up}\r\x1b[J${lines.join("\n")}\n`);
    this.#lines = lines.length;
  }
}

/** Elsewhere: a line for what is done, as the run itself would print it. */
class Lines {
  readonly #view = terminalView({ ...standardOutput, terminal: false });

  take(event: LoggedEvent): void {
    this.#view(event);
    if (event.event === "done") console.log(event.text);
  }

  draw(): void {}
}

const standardOutput: Screen = {
  terminal: true,
  write: (text) => {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  },
};

/** The run writes no more and has not said how it ended. */
function killed(): number {
  console.error("The run was killed: what is done is kept, the same command goes on from there");
  return 1;
}

/** As the run's own exit code; 0 while it goes on. */
function codeOf(state: RunState | undefined): number {
  return { done: 0, failed: 1, interrupted: 130 }[state?.ended?.outcome ?? "done"];
}
