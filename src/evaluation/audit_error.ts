/**
 * Data or training rows through which a model could have seen what it is tested on.
 * @module
 */

/** A leakage check that found something. The message names the check, how much it found, and an example. */
export class AuditError extends Error {
  /** Tells the error apart where `instanceof` cannot. */
  override readonly name = "AuditError";
}
