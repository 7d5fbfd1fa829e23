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
  entry("run", "run experiments and write their reports"),
  entry("plan", "show what a run would do, and compute nothing"),
  entry("report", "write a report again from its results"),
  entry("data", "list, fetch and verify data sets"),
  entry("doctor", "say which engines work here, and why the others don't"),
  entry("setup", "make the TensorFlow engine work here"),
];

function entry(name: string, summary: string): CommandEntry {
  return {
    name,
    summary,
    load: async () => {
      const module: { readonly command: Command } = await import(new URL(`./${name}.ts`, import.meta.url).href);
      return module.command;
    },
  };
}
