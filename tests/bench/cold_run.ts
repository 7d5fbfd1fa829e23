/**
 * An experiment as a user runs it, from a cold store.
 * @module
 */
import { join } from "node:path";
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
  /** In the order in which they ended. */
  readonly stages: readonly StageFigures[];
}

/** An experiment of experiments/, with fields changed; `data` is the folder with data sets. */
export async function coldRun(experiment: string, data: string, set: readonly string[] = []): Promise<RunFigures> {
  const folder = await Deno.makeTempDir();
  const start = performance.now();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["task", "-q", "run", `experiments/${experiment}.json`, ...set.flatMap((one) => ["--set", one])],
        ...["--engine", "tensorflow", "--data", data, "--out", folder],
      ],
      env: { RAIE_STORE: join(folder, "store") },
      cwd: ROOT,
    }).output();
    if (!success) throw new NotMeasured(complaint(new TextDecoder().decode(stderr)));
    const seconds = (performance.now() - start) / 1000;
    return { seconds, stages: stagesOf(await Deno.readTextFile(join(folder, experiment, "events.ndjson"))) };
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
