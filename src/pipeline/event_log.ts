/**
 * The event log of a run: one JSON object a line, appended as things happen.
 *
 * Several runs of an experiment follow one another in its log, each begun by an event "run". A line is written in one go; one that a killed
 * process left half written is ended by the next run, so readers lose that line and no other.
 * @module
 */
import { dirname } from "node:path";
import type { EventSink, RunEvent } from "./events.ts";
import { storeError } from "./store_error.ts";

/** An event as the log has it. */
export type LoggedEvent = RunEvent & {
  /** ISO 8601, by this machine's clock. */
  readonly time: string;
};

/** Fields that an event of each kind must have for readers, with their types. */
const FIELDS: Readonly<Record<RunEvent["event"], Readonly<Record<string, string>>>> = {
  run: { name: "string", engine: "string" },
  stages: { stages: "object" },
  begin: { stage: "string" },
  step: { stage: "string", what: "string", step: "number", steps: "number", seconds: "number", memory: "number" },
  end: { stage: "string", seconds: "number", cached: "boolean", memory: "number" },
  jobs: { store: "string", keys: "object" },
  job: { stage: "string", job: "string", state: "string" },
  say: { text: "string" },
  done: { outcome: "string", text: "string" },
};

/** Whether a line of a log, which anybody may have written, is an event. */
export function isLoggedEvent(value: unknown): value is LoggedEvent {
  if (!isRecord(value) || Number.isNaN(Date.parse(String(value.time)))) return false;
  const kind = String(value.event);
  if (!Object.hasOwn(FIELDS, kind)) return false;
  const fields = Object.entries(FIELDS[kind as RunEvent["event"]]);
  if (!fields.every(([name, type]) => typeOf(value[name]) === type)) return false;
  if (kind === "done") return ["done", "failed", "interrupted"].includes(String(value.outcome));
  if (kind === "jobs") return Array.isArray(value.keys) && value.keys.every((key) => typeof key === "string");
  if (kind !== "stages") return true;
  return Array.isArray(value.stages) &&
    value.stages.every((each) =>
      isRecord(each) && typeof each.stage === "string" && typeof each.what === "string" &&
      typeof each.steps === "number"
    );
}

const typeOf = (value: unknown): string => typeof value;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Name of the log in a report's folder. */
export const EVENT_LOG = "events.ndjson";

/** Steps come by the hundred; of those of one stage, one in this many milliseconds is kept, and the last one. */
const STEP_MS = 500;

/** An open log. */
export interface EventLog {
  readonly sink: EventSink;
  close(): void;
}

/**
 * A log that is opened for appending, and its folder made, once the stages are known: an experiment that is refused before leaves nothing.
 *
 * The sink throws {@linkcode StoreError} when the file cannot be opened. What cannot be written later (a full disk) is told by `say`, once: the log
 * is no result.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = await Deno.makeTempDir();
 * const log = openEventLog(`${folder}/events.ndjson`, console.error);
 * log.sink({ event: "stages", stages: [] });
 * log.close();
 * assert.match(await Deno.readTextFile(`${folder}/events.ndjson`), /^\{"time":"[^"]+","event":"stages","stages":\[\]\}\n$/);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function openEventLog(path: string, say: (line: string) => void): EventLog {
  let file: Deno.FsFile | undefined;
  const early: LoggedEvent[] = [];
  const kept = new Map<string, number>();
  let lost = false;
  const write = (event: LoggedEvent) => {
    if (file === undefined) return;
    try {
      writeAll(file, JSON.stringify(event) + "\n");
    } catch (error) {
      say(`Cannot write the event log ${path}: ${(error as Error).message}; it ends here, the run goes on`);
      lost = true;
    }
  };
  return {
    sink: (event) => {
      if (lost) return;
      if (event.event === "step") {
        const now = performance.now();
        if (event.step < event.steps && now - (kept.get(event.stage) ?? -Infinity) < STEP_MS) return;
        kept.set(event.stage, now);
      }
      const logged: LoggedEvent = { time: new Date().toISOString(), ...event };
      if (file !== undefined) return write(logged);
      early.push(logged);
      if (event.event !== "stages") return;
      file = openToAppend(path);
      if (file === undefined) {
        say(`Another run of this name is going on and keeps ${path}: this one keeps no event log`);
        lost = true;
      }
      for (const each of early.splice(0)) write(each);
    },
    close: () => file?.close(),
  };
}

/** The log, locked for as long as it is open: that is how others see that its run is alive. Undefined when another run has it. */
function openToAppend(path: string): Deno.FsFile | undefined {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    const file = Deno.openSync(path, { read: true, append: true, create: true });
    if (!lockSoon(file)) {
      file.close();
      return undefined;
    }
    endLine(file);
    return file;
  } catch (cause) {
    throw storeError(`Cannot write the event log ${path}`, cause, "; --out names another folder for reports");
  }
}

/** Those who watch hold the lock for a moment to see whether somebody has it. */
function lockSoon(file: Deno.FsFile): boolean {
  for (let tries = 0; tries < 10; tries++) {
    if (file.tryLockSync(true)) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  return false;
}

/** Whether the run that writes the log is alive. */
export function isWritten(path: string): boolean {
  using file = Deno.openSync(path);
  return !file.tryLockSync(false);
}

/** Ends a line that a killed process began. */
function endLine(file: Deno.FsFile): void {
  const { size } = file.statSync();
  if (size === 0) return;
  const last = new Uint8Array(1);
  file.seekSync(size - 1, Deno.SeekMode.Start);
  file.readSync(last);
  if (last[0] !== 10) writeAll(file, "\n");
}

function writeAll(file: Deno.FsFile, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
