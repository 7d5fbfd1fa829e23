/**
 * The other end of a {@linkcode JobProcess}: takes keys of stages, computes them into the store, says what happens.
 * @module
 */
import { JobError } from "./job_error.ts";
import type { JobReply, JobRequest, JobSetting } from "./job_messages.ts";
import type { StageNode } from "./graph.ts";
import { JsonLines } from "./json_lines.ts";
import { Interrupted, Progress } from "./progress.ts";
import { StageBench, stoppedBy } from "./stage_bench.ts";
import { Store } from "./store.ts";

/** Serves a run until its input ends, which also interrupts a running stage after its step. */
export async function serveJobs(
  input: ReadableStream<Uint8Array>,
  answer: (reply: JobReply) => void,
): Promise<void> {
  const abort = new AbortController();
  const requests: JobRequest[] = [];
  let setting: JobSetting | undefined;
  let wake = () => {};
  const take = (value: unknown) => {
    if (setting === undefined) setting = value as JobSetting;
    else requests.push(value as JobRequest);
    wake();
  };
  const reading = (async () => {
    const lines = new JsonLines();
    for await (const bytes of input) lines.take(bytes).forEach(take);
    abort.abort(new Interrupted());
    wake();
  })();
  const tell = (reply: JobReply) => {
    try {
      answer(reply);
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      // The run was killed: there is nobody to tell, and nothing to go on for.
      abort.abort(new Interrupted());
    }
  };
  let worker: Worker | undefined;
  try {
    while (!abort.signal.aborted) {
      const request = requests.shift();
      if (request === undefined || setting === undefined) {
        await new Promise<void>((resolve) => wake = resolve);
        continue;
      }
      worker ??= new Worker(setting, tell, abort.signal);
      await worker.serve(request.key);
    }
  } finally {
    await worker?.close();
  }
  await reading;
}

/** Everything a worker opens once. */
class Worker {
  readonly #store: Store;
  readonly #progress: Progress;
  #bench: StageBench | undefined;

  constructor(
    readonly setting: JobSetting,
    readonly answer: (reply: JobReply) => void,
    signal: AbortSignal,
  ) {
    this.#progress = new Progress([(event) => answer({ reply: "event", event })], signal);
    this.#store = new Store(setting.store, { signal, say: (line) => this.#progress.say(line) });
  }

  /** Computes one stage and says how it ended; an interrupted one ends without a word. */
  async serve(key: string): Promise<void> {
    let node: StageNode | undefined;
    try {
      this.#bench ??= await StageBench.open(this.setting, { store: this.#store, progress: this.#progress });
      node = this.#bench.node(key);
      if (node === undefined) {
        throw new JobError("the data or the engine are no longer what they were when the run began");
      }
      await this.#bench.compute(node);
      this.answer({ reply: "done", key });
    } catch (error) {
      if (error instanceof Interrupted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.answer({ reply: "failed", key, stops: stoppedBy(error, node), error: message });
    }
  }

  async close(): Promise<void> {
    this.#bench?.close();
    await this.#store.close();
  }
}
