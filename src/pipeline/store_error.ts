/**
 * What the store says when it cannot go on.
 * @module
 */

/** A store folder that cannot be used, or an entry that is not what its manifest says. */
export class StoreError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "StoreError";
}

/** A {@linkcode StoreError} from whatever the system said. */
export function storeError(what: string, cause: unknown, advice = ""): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(`${what}: ${why}${advice}`, { cause });
}
