/**
 * The program of a worker process: replies on standard output, and nothing else there.
 * @module
 */
import { serveJobs } from "./job_worker.ts";

if (import.meta.main) {
  const encoder = new TextEncoder();
  console.log = console.error;
  // The run that started this process ends it: a key press in the terminal, or a word to the whole group, reaches both.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => {});
  let code = 0;
  try {
    await serveJobs(Deno.stdin.readable, (reply) => {
      const bytes = encoder.encode(JSON.stringify(reply) + "\n");
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    });
  } catch (error) {
    console.error(`A worker process ended: ${error instanceof Error ? error.message : error}`);
    code = 1;
  }
  // A native engine keeps the process alive; whatever it holds is the system's to take back.
  Deno.exit(code);
}
