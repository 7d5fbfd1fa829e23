/**
 * A sweep of `deno task run`: every cell on one engine, then one report of all.
 * @module
 */
import { join } from "node:path";
import { EVENT_LOG, openEventLog } from "../pipeline/event_log.ts";
import type { EventSink, RunEvent } from "../pipeline/events.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import type { Written } from "../pipeline/run_spec.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import { writeSweep } from "../pipeline/write_sweep.ts";
import { settingWords } from "../spec/cell_names.ts";
import { writtenOut } from "../spec/shown_text.ts";
import { CELLS, type Sweep, type SweepCell } from "../spec/sweep.ts";
import { isShown, REPORTS, runOne } from "./run_one.ts";
import type { ReadSpec } from "./specs.ts";
import { submitCells } from "./submit_cells.ts";
import type { Arguments } from "./types.ts";
import { type Asked, engineFor, failedAlone } from "./workbench.ts";

/** What came of one cell: its files, or why there are none. */
type CellOutcome = Written | { readonly error: string; readonly code: number };

/** Runs all cells; one that fails says so and leaves the others alone. Gives the exit code. */
export async function runSweep(
  sweep: Sweep,
  runs: readonly ReadSpec[],
  args: Arguments,
  asked: Asked,
): Promise<number> {
  const start = performance.now();
  const out = args.text("out") ?? REPORTS;
  const log = openEventLog(join(out, sweep.name, EVENT_LOG), (line) => console.error(line));
  const progress = new Progress([...(isShown(args) ? [terminalView()] : []), log.sink], asked.signal);
  const engine = await engineFor(runs[0]!.spec, progress, asked);
  try {
    if (asked.executor.kind === "slurm") {
      await submitCells(sweep, runs, args.text("data"), { ...asked, engine }, progress);
    }
    const outcomes: CellOutcome[] = [];
    for (const [i, read] of runs.entries()) {
      asked.signal.throwIfAborted();
      const cell = sweep.cells[i]!;
      progress.say(`cell ${i + 1} of ${runs.length}: ${settingWords(cell.settings)}`);
      outcomes.push(await runCell(read, args, { ...asked, engine }, cellSink(log.sink)));
    }
    return await finish(sweep, outcomes, args, progress, Math.round(performance.now() - start) / 1000);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    progress.tell({ event: "done", outcome: error instanceof Interrupted ? "interrupted" : "failed", text });
    throw error;
  } finally {
    engine.close();
    log.close();
  }
}

/** The sweep's log has what its cells say, but for their ends: it goes on. */
const cellSink = (sink: EventSink): EventSink => (event: RunEvent) => {
  if (event.event !== "done") sink(event);
};

async function runCell(read: ReadSpec, args: Arguments, asked: Asked, sink: EventSink): Promise<CellOutcome> {
  try {
    return await runOne(read, args, asked, [sink]);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const code = failedAlone(read.spec.name, error);
    return { error: error instanceof Error ? error.message : String(error), code };
  }
}

async function finish(
  sweep: Sweep,
  outcomes: readonly CellOutcome[],
  args: Arguments,
  progress: Progress,
  seconds: number,
): Promise<number> {
  const lost = outcomes.filter((outcome) => "error" in outcome);
  if (lost.length === outcomes.length) {
    const text = `No cell of ${sweep.name} was finished: no report was written`;
    console.error(`${text}.`);
    progress.tell({ event: "done", outcome: "failed", text });
    return Math.max(...lost.map(({ code }) => code));
  }
  const failed = new Map(
    outcomes.flatMap((outcome, i) =>
      "error" in outcome ? [[sweep.cells[i]!.folder, writtenOut(outcome.error)] as const] : []
    ),
  );
  const report = await writeSweep(args.text("out") ?? REPORTS, sweep, progress, failed);
  progress.tell({ event: "done", outcome: "done", text: report });
  const cells = outcomes.map((outcome, i) => cellJson(sweep.cells[i]!, outcome));
  console.log(args.has("json") ? JSON.stringify({ name: sweep.name, report, seconds, cells }) : report);
  return outcomes.every((outcome) => !("error" in outcome) && outcome.failures.length === 0) ? 0 : 1;
}

const cellJson = ({ folder, settings }: SweepCell, outcome: CellOutcome) => ({
  cell: `${CELLS}/${folder}`,
  settings: Object.fromEntries(settings.map(({ path, value }) => [path, value])),
  ...("error" in outcome ? { error: outcome.error } : outcome),
});
