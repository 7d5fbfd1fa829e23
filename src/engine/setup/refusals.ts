/**
 * What the system refuses while setting up: a closed way, not a fault of the program.
 * @module
 */
import { EngineError } from "../errors.ts";

/**
 * Says in a few words what the system refused: a folder may not be written, the disk is full, an archive is damaged.
 *
 * @throws the error itself when it is none of these.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(refusalOf(new Deno.errors.NotADirectory("mkdir '/dev/null/x'")), "mkdir '/dev/null/x'");
 * assert.throws(() => refusalOf(new RangeError("a fault")), RangeError);
 * ```
 */
export function refusalOf(error: unknown): string {
  if (error instanceof EngineError || (error instanceof Error && isSystemError(error))) {
    return error.message.split("\n")[0]!;
  }
  throw error;
}

/** Deno has classes for most refusals, and gives others, such as a full disk, as plain errors with a system's code. */
function isSystemError(error: Error): boolean {
  return Object.values(Deno.errors).some((type) => error instanceof type) ||
    ("code" in error && /^E[A-Z0-9]+$/.test(String(error.code)));
}
