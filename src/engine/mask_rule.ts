/**
 * How random words become a dropout mask, the same on every rung.
 *
 * Each mask entry takes half a word, low half first, read as a number from -32768 to 32767. Drawing words costs more than all else in a mask, and
 * rates to within 1/65536 are as good as exact.
 * @module
 */

const HALVES = 2 ** 16;

/** What decides an entry and what it then is. */
export type MaskRule = {
  /** Entries whose half word is at least this are kept. */
  readonly threshold: number;
  /** Kept entries: one over the share that is kept. */
  readonly scale: number;
};

/**
 * The rule for dropping a share `rate`, rounded to 1/65536, of all entries.
 *
 * @throws {RangeError} when `rate` is not in [0, 1).
 */
export function maskRule(rate: number): MaskRule {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`Cannot drop at rate ${rate}: a rate from 0 up to 1 is needed`);
  const dropped = Math.min(HALVES - 1, Math.round(rate * HALVES));
  return { threshold: dropped - HALVES / 2, scale: HALVES / (HALVES - dropped) };
}
