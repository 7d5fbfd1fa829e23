/**
 * Telling that memory ran out from everything else that goes wrong, and saying so.
 * @module
 */
import { EngineError } from "./errors.ts";

/** What takes less memory, for the end of a message. */
export const LESS_MEMORY =
  "a smaller backbone.hidden, backbone.maxLength, backbone.training.batch, lora.training.batch or evaluation.batch takes less";

/** Said by V8 of arrays, by WebAssembly of its one memory, by TensorFlow and by GPUs of theirs. */
const SAYINGS = [
  /^(Array buffer allocation failed|Invalid (typed )?array( buffer)? length|Array length must be a positive)/i,
  /^(memory access out of bounds|WebAssembly\.Memory\.grow)|enlarge memory|Aborted\(OOM\)/i,
  /std::bad_alloc|OOM when allocating|RESOURCE_?EXHAUSTED|out[ -]of[ -]memory/i,
];

/**
 * Whether memory ran out. The WebAssembly backend does not look at what an allocation gives, so there it shows as an access out of bounds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isOutOfMemory(new RangeError("Array buffer allocation failed")));
 * assert.ok(!isOutOfMemory(new RangeError("Invalid time value")));
 * ```
 */
export function isOutOfMemory(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const known = error instanceof RangeError || error instanceof WebAssembly.RuntimeError ||
    error instanceof EngineError || error.name === "Error" || error.name === "GPUOutOfMemoryError";
  return known && SAYINGS.some((saying) => saying.test(error.message));
}

/**
 * Does the work.
 *
 * @throws {EngineError} naming `work` when memory runs out meanwhile; anything else as it comes.
 */
export async function sayingOutOfMemory<T>(work: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!isOutOfMemory(cause)) throw cause;
    throw new EngineError(`Cannot compute "${work}": out of memory (${cause.message}); ${LESS_MEMORY}`, { cause });
  }
}
