/**
 * Scores that cannot be ranked.
 * @module
 */

/** A score that is NaN: the model's numbers have left what 32-bit floats hold, and no rank of that window would mean anything. */
export class ScoreError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "ScoreError";

  /**
   * Says which score it was.
   *
   * @param window row of the windows that were ranked, from 0.
   * @param item catalogue index, from 1.
   */
  constructor(readonly window: number, readonly item: number) {
    super(
      `Cannot rank window ${window}: the score of item ${item} is NaN, wanted a number; ` +
        "the model has diverged, try a lower learning rate",
    );
  }
}
