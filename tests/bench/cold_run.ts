/**
 * An experiment as a user runs it, from a cold store.
 * @module
 */
import { join } from "node:path";
import { complaint, NotMeasured, ROOT } from "./scripts.ts";

/** Seconds of an experiment of experiments/, with fields changed; `data` is the folder with data sets. */
export async function coldRun(experiment: string, data: string, set: readonly string[] = []): Promise<number> {
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
    return (performance.now() - start) / 1000;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
