/**
 * What is wrong with the files a Llama comes from.
 * @module
 */

/** A checkpoint, its tokenizer included, that cannot be used as it is. */
export class CheckpointError extends Error {
  /** Tells the error apart where `instanceof` cannot. */
  override readonly name = "CheckpointError";
}
