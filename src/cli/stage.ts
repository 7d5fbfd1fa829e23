/**
 * `deno task stage KEY`: computes one stage that a run has submitted; what every job of a cluster runs.
 * @module
 */
import { openEventLog } from "../pipeline/event_log.ts";
import { JobError } from "../pipeline/job_error.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { forgetEngines } from "../pipeline/slurm/node_engine.ts";
import { entryOf, isKey, type Outcome, type Submission, SubmittedFiles } from "../pipeline/slurm/submission.ts";
import type { StageIdentity } from "../pipeline/stage_key.ts";
import { UNSEEN_MS } from "../pipeline/slurm/asking.ts";
import { pause } from "../pipeline/pause.ts";
import { StageBench, stoppedBy } from "../pipeline/stage_bench.ts";
import type { StageNode } from "../pipeline/graph.ts";
import { Store } from "../pipeline/store.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import { UsageError } from "./args.ts";
import { storeRoot } from "./specs.ts";
import { interruptible } from "./interruptible.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "stage",
  summary:
    "compute one stage of a run with --executor slurm into the store: what each of its jobs does. Goes on from the stage's checkpoint; what the stage reads must be in the store",
  usage: "deno task stage KEY [options]",
  positional: { min: 1, max: 1 },
  options: [
    { name: "store", value: "DIR", summary: "the store (default: RAIE_STORE, else .store)" },
    { name: "quiet", summary: "no progress" },
  ],
  examples: [
    "deno task stage 0123456789abcdef01234567",
    "RAIE_STORE=/shared/store deno task stage 0123456789abcdef01234567",
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const [key] = args.positional as [string];
  if (!isKey(key)) {
    throw new UsageError(
      `stage wants a stage's key, 24 or 64 hexadecimal digits as plan --json shows them: found "${key}"`,
      "stage",
    );
  }
  const root = args.text("store") ?? storeRoot();
  const files = new SubmittedFiles(root, key);
  const submission = await files.submission();
  if (submission === undefined) {
    throw new UsageError(
      `Cannot compute the stage ${key}: no run has submitted it to the store ${root}; deno task run SPEC --executor slurm does`,
      "stage",
    );
  }
  await files.forgetOutcome();
  return await interruptible((signal) => computed(submission, files, root, signal, args.has("quiet")));
}

/** Computes it and notes how that ended, for whoever follows the job. */
async function computed(
  submission: Submission,
  files: SubmittedFiles,
  root: string,
  signal: AbortSignal,
  quiet: boolean,
): Promise<number> {
  const log = openEventLog(files.events, (line) => console.error(line));
  const progress = new Progress([...(quiet ? [] : [terminalView()]), log.sink], signal);
  const { stage } = submission.listed;
  const store = new Store(root, { signal, say: (line) => progress.say(line) });
  let node: StageNode | undefined;
  try {
    progress.tell({ event: "run", name: stage, engine: submission.engine.id, pid: Deno.pid });
    progress.tell({ event: "stages", stages: [submission.listed] });
    // As many as the key was made for, however many processors the job has.
    if (submission.engine.rung === "tensorflow") {
      Deno.env.set("TF_NUM_INTRAOP_THREADS", String(submission.engine.threads));
    }
    const bench = await StageBench.open(submission, { store, progress, rung: submission.engine.rung });
    try {
      node = await mustBeReady(submission, bench, store, signal);
      await bench.compute(node);
    } finally {
      bench.close();
    }
    await files.noteOutcome(jobOf());
    progress.tell({ event: "done", outcome: "done", text: `${root}/${entryOf(submission)}` });
    return 0;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const interrupted = error instanceof Interrupted;
    await files.noteOutcome({
      ...jobOf(),
      ...(interrupted ? { stopped: "interrupted" } : { stopped: stoppedBy(error, node), error: text }),
    });
    progress.tell({ event: "done", outcome: interrupted ? "interrupted" : "failed", text });
    throw error;
  } finally {
    await store.close();
    log.close();
  }
}

/** Whether a result is in the store; a job waits for what another node has made, which a network's file system may show a minute late. */
async function inSight(store: Store, identity: StageIdentity, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + (jobOf().job === undefined ? 0 : UNSEEN_MS);
  while (await store.look(identity) === undefined) {
    if (performance.now() >= until) return false;
    await pause(1000, signal);
    if (signal.aborted) throw new Interrupted();
  }
  return true;
}

/** The job this runs in. */
function jobOf(): Outcome {
  const [job, array, task] = ["SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"].map((name) =>
    Deno.env.get(name)
  );
  if (array !== undefined && task !== undefined) return { job: `${array}_${task}` };
  return job === undefined ? {} : { job };
}

/** The stage as data and engine have it here, which must be as they were when it was submitted. @throws {JobError} otherwise. */
async function mustBeReady(
  { key, engine, listed }: Submission,
  bench: StageBench,
  store: Store,
  signal: AbortSignal,
): Promise<StageNode> {
  const cannot = `Cannot compute "${listed.stage}" here`;
  if (bench.engineId !== engine.id) {
    await forgetEngines(store.root);
    throw new JobError(
      `${cannot}: it was submitted for the engine "${engine.id}", and this machine's is "${bench.engineId}"; with executor.engine "node" the next run asks the nodes anew`,
    );
  }
  const node = bench.node(key);
  if (node === undefined) {
    throw new JobError(`${cannot}: the data, or this program, are no longer what they were when it was submitted`);
  }
  for (const need of node.needs) {
    const { identity, stage } = bench.node(need)!;
    if (!await inSight(store, identity, signal)) {
      throw new JobError(
        `${cannot}: it needs "${stage}", which is not in the store: deno task stage ${need.slice(0, 24)}`,
      );
    }
  }
  return node;
}
