/**
 * Archives that cannot be taken for what they claim to be.
 * @module
 */

/** An archive that is damaged, cut off, unsafe to unpack, or larger than anything it should hold. */
export class ArchiveError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "ArchiveError";

  /**
   * Says which archive, which entry and why.
   *
   * @param archive Its path.
   * @param why What is wrong, e.g. "is encrypted": ends the message, after the entry's name where one is at fault.
   * @param entry Name of the entry at fault.
   */
  constructor(readonly archive: string, why: string, readonly entry?: string, cause?: unknown) {
    super(
      `Cannot unpack ${archive}: ${entry === undefined ? "" : `${shown(entry)} `}${why}`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** A name for a message: on one line, cut to a readable length. */
function shown(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name);
}
