/**
 * What a command is.
 * @module
 */

/** One option of a command: `--name VALUE`, or a switch when `value` is missing. */
export interface CommandOption {
  readonly name: string;
  readonly value?: string;
  readonly repeat?: boolean;
  readonly summary: string;
}

/** Parsed arguments. */
export interface Arguments {
  readonly positional: readonly string[];
  /** Last value of `--name VALUE`, or undefined. */
  text(name: string): string | undefined;
  /** All values of a repeatable option. */
  all(name: string): readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
}

/** One `deno task` command. Its exit code: 0 done, 1 a run failed, 2 the spec, data or command line is wrong, 130 interrupted. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** E.g. "deno task run SPEC... [options]". */
  readonly usage: string;
  readonly positional: { readonly min: number; readonly max: number };
  readonly options: readonly CommandOption[];
  run(args: Arguments): Promise<number>;
}
