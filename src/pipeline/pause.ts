/**
 * Waiting that an abort ends.
 * @module
 */

/**
 * After so many milliseconds, or at an abort, whichever comes first; an abort is no error.
 *
 * @example
 * ```ts
 * import { pause } from "./pause.ts";
 * await pause(60_000, AbortSignal.abort()); // does not wait
 * ```
 */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
