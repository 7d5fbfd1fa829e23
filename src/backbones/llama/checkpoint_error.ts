/**
 * Checkpoints that cannot be used.
 * @module
 */

/** A checkpoint folder that cannot be used. */
export class CheckpointError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "CheckpointError";
}
