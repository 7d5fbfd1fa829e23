/**
 * What goes wrong with the processes that work for a run.
 * @module
 */

/** A worker process that cannot be started, has ended, or could not compute its stage. */
export class JobError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "JobError";
}
