/**
 * The official MovieLens 100K experiment as a user runs it, from a cold store.
 * @module
 */
import { join } from "node:path";
import { complaint, NotMeasured, ROOT } from "./scripts.ts";

/** Seconds of base, lora and raie with one seed; `data` is the folder with data sets. */
export async function officialRun(data: string): Promise<number> {
  const folder = await Deno.makeTempDir();
  const start = performance.now();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["task", "-q", "run", "experiments/movielens-100k-official.json", "--set", "seeds=[1]"],
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
