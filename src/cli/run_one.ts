/**
 * One experiment of `deno task run`: computes it, writes its report, and says what came of it.
 * @module
 */
import { join } from "node:path";
import { EVENT_LOG, openEventLog } from "../pipeline/event_log.ts";
import type { EventSink } from "../pipeline/events.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { runSpec, type Written } from "../pipeline/run_spec.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import { settled } from "./settled.ts";
import type { ReadSpec } from "./specs.ts";
import type { Arguments } from "./types.ts";
import { type Asked, withWorkbench } from "./workbench.ts";

/** Folder of reports where none is named. */
export const REPORTS = "reports";

/** Whether progress is shown. */
export const isShown = (args: Arguments): boolean => !args.has("quiet") && !args.has("json");

/**
 * Runs one experiment; failed methods are said on standard error.
 *
 * @param more who else is told of its events.
 * @throws what ended it; its log says so already.
 */
export async function runOne(
  read: ReadSpec,
  args: Arguments,
  asked: Asked,
  more: readonly EventSink[] = [],
): Promise<Written> {
  const out = args.text("out") ?? REPORTS;
  const dataDir = args.text("data");
  const view = isShown(args) ? [terminalView()] : [];
  const log = openEventLog(join(out, read.spec.name, EVENT_LOG), (line) => console.error(line));
  const progress = new Progress([...view, log.sink, ...more], asked.signal);
  try {
    const { spec, search } = await settled(read, dataDir, progress, asked);
    const written = await withWorkbench(
      spec,
      dataDir,
      progress,
      asked,
      (bench) => runSpec(spec, read.digest, { bench, dataDir, out, search }),
    );
    progress.tell({ event: "done", outcome: "done", text: written.report });
    for (const failure of written.failures) console.error(`Failed: ${failure}`);
    return written;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    progress.tell({ event: "done", outcome: error instanceof Interrupted ? "interrupted" : "failed", text });
    throw error;
  } finally {
    log.close();
  }
}
