/**
 * The commands, each loaded when it is called: `--help` needs no engine.
 * @module
 */
import type { Command } from "./types.ts";

/** A command by name, with what the program's help says about it, and how to load it. */
export interface CommandEntry {
  /** The task's name. */
  readonly name: string;
  /** One line for the program's help. */
  readonly summary: string;
  /** Loads the command and what it needs. */
  load(): Promise<Command>;
}

/** All commands, in the order a newcomer needs them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "run experiments and write their reports",
    load: async () => (await import("./run.ts")).command,
  },
  {
    name: "plan",
    summary: "show what a run would do, and compute nothing",
    load: async () => (await import("./plan.ts")).command,
  },
  {
    name: "watch",
    summary: "follow a run: stages, loss, time left",
    load: async () => (await import("./watch.ts")).command,
  },
  {
    name: "stage",
    summary: "compute one stage, as a cluster's jobs do",
    load: async () => (await import("./stage.ts")).command,
  },
  {
    name: "report",
    summary: "write a report again from its results",
    load: async () => (await import("./report.ts")).command,
  },
  {
    name: "check",
    summary: "run again and hold the results to the committed ones",
    load: async () => (await import("./check.ts")).command,
  },
  {
    name: "compare",
    summary: "two or more results side by side, as Markdown",
    load: async () => (await import("./compare.ts")).command,
  },
  {
    name: "data",
    summary: "list, fetch and verify data sets",
    load: async () => (await import("./data.ts")).command,
  },
  {
    name: "store",
    summary: "list, verify and clean up what runs have computed",
    load: async () => (await import("./store.ts")).command,
  },
  {
    name: "doctor",
    summary: "say which engines work here, and why the others don't",
    load: async () => (await import("./doctor.ts")).command,
  },
  {
    name: "setup",
    summary: "make the TensorFlow engine work here",
    load: async () => (await import("./setup.ts")).command,
  },
];
