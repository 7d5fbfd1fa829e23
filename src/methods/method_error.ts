/**
 * A method that cannot be carried out.
 * @module
 */

/**
 * What a method was asked to do cannot be done with these data, or with what other methods gave: there is nothing to mine, no yardstick to match.
 * The run goes on with the other methods, and its report says why this one is not in it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const error = new MethodError("Cannot mine pairs from F1: every window's target is recommended first, wanted one that is not");
 * assert.equal(error.name, "MethodError");
 * ```
 */
export class MethodError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "MethodError";
}
