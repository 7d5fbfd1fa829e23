/**
 * What a failure says on the terminal, and its exit code.
 * @module
 */
import { isOutOfMemory, LESS_MEMORY } from "../engine/out_of_memory.ts";
import { SpecError } from "../spec/issue.ts";
import { writtenOut } from "../spec/shown_text.ts";

/** How a command ended badly. */
export interface Failure {
  readonly text: string;
  readonly code: 1 | 2 | 130;
}

/** Names of error classes whose message is meant for the user, with their exit codes. Named, so that nothing has to be loaded. */
const EXPECTED: Readonly<Record<string, Failure["code"]>> = {
  SpecError: 2,
  DataError: 2,
  UsageError: 2,
  AuditError: 1,
  EngineError: 1,
  StoreError: 1,
  TrainingError: 1,
  ScoreError: 1,
  MethodError: 1,
  WeightsError: 1,
  JobError: 1,
  Interrupted: 130,
};

/** What the system refuses: the disk is full, a folder may not be written, a file is gone. No fault of the program's. */
const SYSTEM = [
  Deno.errors.NotFound,
  Deno.errors.PermissionDenied,
  Deno.errors.NotCapable,
  Deno.errors.AlreadyExists,
  Deno.errors.IsADirectory,
  Deno.errors.NotADirectory,
  Deno.errors.FilesystemLoop,
];

/**
 * The text and exit code of an error. A stack trace appears only with `trace`: for an expected error it would hide the message.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const failure = failureOf(new TypeError("x is not a function"), { colour: false, trace: false });
 * assert.equal(failure.code, 1);
 * assert.match(failure.text, /RAIE_TRACE=1/);
 * ```
 */
export function failureOf(
  error: unknown,
  { colour, trace }: { readonly colour: boolean; readonly trace: boolean },
): Failure {
  // Messages repeat what data, files and options hold.
  const stack = error instanceof Error && trace ? writtenOut(`\n${error.stack ?? ""}${causes(error)}`, "\n\t") : "";
  const name = error instanceof Error ? error.name : "";
  const message = writtenOut(error instanceof Error ? error.message : String(error), "\n\t");
  const code = Object.hasOwn(EXPECTED, name) ? EXPECTED[name] : undefined;
  if (error instanceof SpecError) return { text: error.render(colour) + stack, code: 2 };
  if (code === 130) return { text: message + stack, code };
  if (code !== undefined) return { text: `${painted("Error", colour)}: ${message}${stack}`, code };
  if (SYSTEM.some((type) => error instanceof type) || isSystemCode(error)) {
    return { text: `${painted("Error", colour)}: the system refused: ${message}${stack}`, code: 1 };
  }
  if (isOutOfMemory(error)) {
    return { text: `${painted("Error", colour)}: out of memory (${message}); ${LESS_MEMORY}${stack}`, code: 1 };
  }
  const advice =
    "This is a bug in raie. RAIE_TRACE=1 before the command shows where it happened; please report it with that.";
  return {
    text: `${painted("Bug", colour)}: ${name === "" ? "" : `${name}: `}${message}\n${
      trace ? stack.trimStart() : advice
    }`,
    code: 1,
  };
}

/** Deno gives some refusals, such as a full disk, as plain errors with a system's code. */
function isSystemCode(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    /^E(NOSPC|ROFS|DQUOT|MFILE|NFILE|IO|ACCES|PERM)$/.test(String(error.code));
}

function causes(error: Error): string {
  return error.cause instanceof Error
    ? `\nCaused by: ${error.cause.stack ?? error.cause.message}${causes(error.cause)}`
    : "";
}

function painted(word: string, colour: boolean): string {
  return colour ? `\x1b[31m${word}\x1b[0m` : word;
}
