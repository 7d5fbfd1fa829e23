/**
 * Weights that cannot be used.
 * @module
 */

/** A file of weights, or an adapter's directory, that cannot be read as what it claims to be, or is not what is wanted. */
export class WeightsError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "WeightsError";
}
