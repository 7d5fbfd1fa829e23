/**
 * Training that cannot go on.
 * @module
 */

import type { PlainTensors } from "./plain_tensor.ts";

/** A loss, or what has been learnt, that is no longer a finite number: the method it belongs to has failed, and nothing it has learnt can be used. */
export class TrainingError extends Error {
  /** How it is told from other errors. */
  override readonly name = "TrainingError";

  /**
   * Says what was trained, where it stopped and what may help.
   *
   * @param training what was being trained, e.g. "lora F1".
   * @param step the optimiser step, from 1, at which `loss` was found. A finite `loss` means that the weights were not finite after it.
   * @param batch the inputs of that step by name, for a look at them.
   * @param more ends the message.
   */
  constructor(
    readonly training: string,
    readonly step: number,
    readonly loss: number,
    readonly batch: PlainTensors = {},
    more = "try a lower learning rate",
  ) {
    const found = Number.isFinite(loss)
      ? "weights that are no finite numbers are left after"
      : `the loss is ${loss} at`;
    super(`Cannot go on training ${training}: ${found} step ${step}, wanted finite numbers; ${more}`);
  }
}
