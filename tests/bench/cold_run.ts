/**
 * An experiment as a user runs it, from a cold store.
 * @module
 */
import { join } from "node:path";
import { taskFlags } from "../faults/task_flags.ts";
import { peakBytes } from "./measure.ts";
import { complaint, NotMeasured, ROOT } from "./scripts.ts";

/** A stage of a run. */
export interface StageFigures {
  /** As the run calls it. */
  readonly stage: string;
  readonly seconds: number;
  /** Highest resident memory that the run told of in it, bytes. */
  readonly memory: number;
}

/** What a run took. */
export interface RunFigures {
  readonly seconds: number;
  /** The most that the process ever held (VmHWM), bytes; undefined where there is no /proc. */
  readonly peak: number | undefined;
  /** In the order in which they ended. */
  readonly stages: readonly StageFigures[];
}

/** Between two looks at what a process has held, which never falls: the last one tells the peak. */
const LOOK_MS = 250;

/** An experiment of experiments/, with fields changed; `data` is the folder with data sets. */
export async function coldRun(experiment: string, data: string, set: readonly string[] = []): Promise<RunFigures> {
  const folder = await Deno.makeTempDir();
  const start = performance.now();
  try {
    // Without the task around it: it is the program's own memory that is asked for.
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        ...[...taskFlags("run"), `experiments/${experiment}.json`, ...set.flatMap((one) => ["--set", one])],
        ...["--engine", "tensorflow", "--data", data, "--out", folder],
      ],
      env: { RAIE_STORE: join(folder, "store") },
      cwd: ROOT,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let peak: number | undefined;
    const looking = setInterval(() => peak = peakBytes(process.pid) ?? peak, LOOK_MS);
    const { success, stderr } = await process.output().finally(() => clearInterval(looking));
    if (!success) throw new NotMeasured(complaint(new TextDecoder().decode(stderr)));
    const seconds = (performance.now() - start) / 1000;
    return { seconds, peak, stages: stagesOf(await Deno.readTextFile(join(folder, experiment, "events.ndjson"))) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A line of a run's log, as far as it is of use here. */
interface Line {
  readonly event: string;
  readonly stage?: string;
  readonly seconds?: number;
  readonly memory?: number;
}

function stagesOf(log: string): StageFigures[] {
  const stages: StageFigures[] = [];
  let highest = 0;
  for (const text of log.trimEnd().split("\n")) {
    const { event, stage, seconds, memory = 0 } = JSON.parse(text) as Line;
    highest = event === "begin" ? 0 : Math.max(highest, memory);
    if (event === "end") stages.push({ stage: stage!, seconds: seconds!, memory: highest });
  }
  return stages;
}
