/**
 * What the engine throws when a caller could act on it.
 * @module
 */

/**
 * An engine cannot be opened, set up, or cannot do what a step asks of it. The message says what cannot be done, why, and what to do.
 *
 * @example
 * ```ts
 * import { EngineError } from "./errors.ts";
 * const error = new EngineError(`Cannot open engine "webgpu": no adapter found`);
 * if (error.name !== "EngineError") throw error;
 * ```
 */
export class EngineError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "EngineError";
}
