/**
 * What the store says when it cannot go on.
 * @module
 */

/** A store folder that cannot be used, or an entry that is not what its manifest says. */
export class StoreError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "StoreError";
}

/** Whether the disk took no more, rather than the program going wrong: full, over quota, read-only, broken. */
export function isDiskRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Deno gives no code to a file that grows beyond the process's limit.
  return "code" in error
    ? /^E(NOSPC|DQUOT|ROFS|IO)$/.test(String(error.code))
    : error.message.startsWith("File too large");
}

/** A {@linkcode StoreError} from whatever the system said. */
export function storeError(what: string, cause: unknown, advice = ""): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(`${what}: ${why}${advice}`, { cause });
}
