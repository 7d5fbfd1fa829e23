/**
 * Training that cannot go on.
 * @module
 */

/** A loss that is no longer a finite number: the method it belongs to has failed, and nothing it has learnt can be used. */
export class TrainingError extends Error {
  /** How it is told from other errors. */
  override readonly name = "TrainingError";

  /** @param step the optimiser step, from 1, at which `loss` was found. */
  constructor(what: string, readonly step: number, readonly loss: number) {
    super(
      `Cannot go on training ${what}: the loss is ${loss} at step ${step}, wanted a finite number; try a lower learning rate`,
    );
  }
}
