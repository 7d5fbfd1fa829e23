/**
 * A way to stop what a command does.
 * @module
 */
import { Interrupted } from "../pipeline/progress.ts";

/** Does something that Ctrl-C stops at the next step. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  // A shared machine that wants its cores back asks by TERM; a terminal that closes, by HUP.
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
    [signal, () => abort.abort(new Interrupted(signal))] as const
  );
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  try {
    return await work(abort.signal);
  } finally {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  }
}
