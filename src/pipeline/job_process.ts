/**
 * One process that computes stages for a run.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { RunEvent } from "./events.ts";
import { JobError } from "./job_error.ts";
import { isReply, type JobRequest, type JobSetting } from "./job_messages.ts";
import { JsonLines } from "./json_lines.ts";

/** What the process may do: what `deno task run` may, but for starting processes like itself. */
export const WORKER_FLAGS: readonly string[] = [
  "-q",
  "--no-prompt",
  "--unstable-webgpu",
  "--allow-read",
  "--allow-env=TF_*,RAIE_*,DISABLE_SYSTEM_FONTS_LOAD,NAPI_RS_*,READABLE_STREAM",
  "--allow-ffi=node_modules",
  "--allow-run=nvidia-smi",
  "--allow-sys=hostname",
  "--allow-write",
];

const PROGRAM = fileURLToPath(new URL("./job_program.ts", import.meta.url));

/** How a stage that was asked for ended; "diverged": its loss stopped being finite; or why the methods that need it cannot be finished. */
export type JobOutcome = "done" | "diverged" | { readonly failed: string };

/** A worker process. */
export interface JobProcess {
  /**
   * Has a stage computed; one at a time.
   *
   * @throws {JobError} when it fails in a way that concerns the run, or the process ends.
   */
  compute(key: string): Promise<JobOutcome>;
  /** Lets it finish the step it is at, keep a checkpoint and end; resolves when it has. */
  stop(): Promise<void>;
}

/** Starts a process; `tell` is given its events. */
export function startJobProcess(setting: JobSetting, tell: (event: RunEvent) => void): JobProcess {
  const process = spawn();
  const input = process.stdin.getWriter();
  let waiting: PromiseWithResolvers<JobOutcome> | undefined;
  const take = (message: unknown) => {
    if (!isReply(message)) return;
    if (message.reply === "event") return tell(message.event);
    if (message.reply === "done") return waiting?.resolve("done");
    if (message.stops === "run") return waiting?.reject(new JobError(message.error));
    waiting?.resolve(message.stops === "training" ? "diverged" : { failed: message.error });
  };
  const ended = (async () => {
    const lines = new JsonLines();
    for await (const bytes of process.stdout) lines.take(bytes).forEach(take);
    const { code, signal } = await process.status;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    waiting?.reject(
      new JobError(`a worker process ended ${how}; when the system lacked memory, a lower --jobs needs less of it`),
    );
  })();
  const send = async (line: JobSetting | JobRequest) => {
    try {
      await input.write(new TextEncoder().encode(JSON.stringify(line) + "\n"));
    } catch (error) {
      // The pipe is closed: that the process has ended is told above, with how.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      await ended;
    }
  };
  const set = send(setting);
  return {
    async compute(key) {
      waiting = Promise.withResolvers<JobOutcome>();
      const { promise } = waiting;
      await Promise.race([promise, set.then(() => send({ key }))]);
      return await promise;
    },
    async stop() {
      waiting = undefined;
      await input.close().catch(ignoreClosed);
      await ended;
    },
  };
}

function spawn(): Deno.ChildProcess & { readonly stdin: WritableStream<Uint8Array<ArrayBuffer>> } {
  try {
    // By name: the permission to run programs is given for names. Its own errors go where this process's go.
    return new Deno.Command("deno", {
      args: ["run", ...WORKER_FLAGS, PROGRAM],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new JobError(`Cannot start a worker process: ${why}; --jobs needs "deno" on the PATH, --jobs 1 does not`, {
      cause,
    });
  }
}

/** A pipe whose other end is gone is closed already. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe || error instanceof TypeError)) throw error;
}
