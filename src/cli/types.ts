/**
 * What a command is.
 * @module
 */

/** One option of a command: `--name VALUE`, or a switch when `value` is missing. */
export interface CommandOption {
  /** Without the two hyphens. */
  readonly name: string;
  /** What the value is, in capitals, e.g. "DIR"; missing for a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly repeat?: boolean;
  /** One line for `--help`. */
  readonly summary: string;
}

/** Parsed arguments. */
export interface Arguments {
  /** What is no option, in order. */
  readonly positional: readonly string[];
  /** Last value of `--name VALUE`, or undefined. */
  text(name: string): string | undefined;
  /** All values of a repeatable option. */
  all(name: string): readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
}

/**
 * One `deno task` command. Its exit code: 0 done, 1 a run failed, 2 the spec, data or command line is wrong, 130 interrupted, if it
 * has no others. It throws what it cannot handle: `main.ts` prints the message and chooses the code.
 */
export interface Command {
  /** The task's name. */
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** E.g. "deno task run SPEC... [options]". */
  readonly usage: string;
  /** How many arguments that are no options it takes; `max` may be Infinity. */
  readonly positional: { readonly min: number; readonly max: number };
  /** Its options; `--help` is understood by every command. */
  readonly options: readonly CommandOption[];
  /** Command lines worth copying, shown by `--help`. */
  readonly examples?: readonly string[];
  /** Its exit codes and what they mean, where they are not those of every command. */
  readonly exitCodes?: readonly (readonly [code: string, meaning: string])[];
  /** Does it; resolves to the exit code. */
  run(args: Arguments): Promise<number>;
}
