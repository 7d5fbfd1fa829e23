/**
 * Reads an event log as it grows.
 * @module
 */
import { isLoggedEvent, type LoggedEvent } from "./event_log.ts";
import { JsonLines } from "./json_lines.ts";

/** What is new in a log since it was last read. */
export class LogReader {
  #at = 0;
  readonly #lines = new JsonLines();

  /** Reads the log at `path` from its beginning, event by event. */
  constructor(readonly path: string, readonly take: (event: LoggedEvent) => void) {}

  /** Takes what has been written since. @throws {Deno.errors.NotFound} where there is no log. */
  async read(): Promise<void> {
    using file = await Deno.open(this.path);
    await file.seek(this.#at, Deno.SeekMode.Start);
    const buffer = new Uint8Array(64 * 1024);
    for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
      this.#at += count;
      for (const value of this.#lines.take(buffer.subarray(0, count))) if (isLoggedEvent(value)) this.take(value);
    }
  }
}
