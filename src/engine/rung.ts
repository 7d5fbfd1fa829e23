/**
 * What opening one engine of the ladder means, whichever it is.
 * @module
 */
import type { Rung } from "./types.ts";

/** A backend that is loaded and set as tfjs's current one. */
export interface OpenRung {
  /** E.g. "tfjs 4.22.0, TensorFlow 2.21.0". */
  readonly version: string;
  /** "cpu", or the accelerator's name. */
  readonly device: string;
  /** Threads one operation may use. */
  readonly threads: number;
  /** Bytes of the accelerator's own memory, where there is one and it is known. */
  readonly memory?: number;
}

/** Loads a backend and makes it current; throws an `EngineError` saying why not and what to do. */
export type OpenRungFunction = () => Promise<OpenRung>;

/** What {@linkcode probeRungs} found about one engine. */
export interface RungReport {
  /** The engine tried. */
  readonly rung: Rung;
  /** Whether it opened. */
  readonly works: boolean;
  /** Why it does not work and what to do; absent when it works. */
  readonly reason?: string;
  /** As {@linkcode OpenRung.version}; absent, like those below, when it does not work. */
  readonly version?: string;
  /** As {@linkcode OpenRung.device}. */
  readonly device?: string;
  /** As {@linkcode OpenRung.threads}. */
  readonly threads?: number;
  /** As {@linkcode OpenRung.memory}. */
  readonly memory?: number;
}

/** A message without the "Cannot open engine ...:" a report already says in other words. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Cannot open engine "[a-z]+": /, "");
}
