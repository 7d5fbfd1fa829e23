/** Runs killed at random moments, again and again, end with the bytes of an undisturbed run. */
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stream } from "../../src/engine/random.ts";
import { taskFlags } from "./task_flags.ts";
import { storedResults, timelessResults } from "../pipeline/stored.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KILLS = 50;
/** Kills before a run is let through to its end, and everything begins again with an empty store. */
const KILLS_PER_RUN = 4;
const SPEC = join(ROOT, "experiments/quickstart.json");

/** One process of `run`, as the task runs it, without the task around it: a signal meets the program itself. */
function start(folder: string, jobs: number): Deno.ChildProcess {
  const args = [...taskFlags("run"), SPEC, "--out", join(folder, "out"), "--checkpoint-every", "10"];
  args.push("--jobs", `${jobs}`);
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", RAIE_STORE: join(folder, "store") },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** What a process printed before it ended. */
async function through(folder: string, jobs: number): Promise<number> {
  const begin = performance.now();
  const { code, stderr } = await start(folder, jobs).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return performance.now() - begin;
}

/** The last stage the progress lines had reached when the process was killed. */
async function killed(folder: string, jobs: number, afterMs: number): Promise<{ stage: string; ended: boolean }> {
  const process = start(folder, jobs);
  const timer = setTimeout(() => process.kill("SIGKILL"), afterMs);
  const { code, signal, stderr } = await process.output();
  clearTimeout(timer);
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  if (signal !== "SIGKILL") assert.equal(code, 0, lines.join("\n"));
  return { stage: (lines.at(-1) ?? "").split("█")[0]!.trim() || "start", ended: signal !== "SIGKILL" };
}

describe("a run killed at random moments", () => {
  it(`survives ${KILLS} kills with results byte-equal to an undisturbed run`, async () => {
    const root = Deno.makeTempDirSync();
    const draw = stream(Number(Deno.env.get("RAIE_FUZZ_SEED") ?? "1"), "kills");
    try {
      const calm = join(root, "calm");
      const milliseconds = await through(calm, 1);
      const stored = storedResults(join(calm, "store"));
      const results = timelessResults(join(calm, "out", "quickstart"));
      const files = (folder: string) => ({
        artifacts: storedResults(join(folder, "out", "quickstart", "artifacts")),
        charts: storedResults(join(folder, "out", "quickstart", "charts")),
      });
      const written = files(calm);
      assert.ok(written.artifacts.size > 9 && written.charts.size > 4);
      assert.ok(stored.size > 10);
      const places = new Map<string, number>();
      let kills = 0;
      for (let run = 0; kills < KILLS; run++) {
        const folder = join(root, `run-${run}`);
        const jobs = 1 + run % 2;
        for (let k = 0; k < KILLS_PER_RUN && kills < KILLS; k++) {
          const { stage, ended } = await killed(folder, jobs, 400 + draw.float() * milliseconds * 0.6);
          if (ended) break;
          kills++;
          places.set(stage, (places.get(stage) ?? 0) + 1);
        }
        await through(folder, jobs);
        assert.deepEqual(storedResults(join(folder, "store")), stored, `run ${run}`);
        assert.deepEqual(timelessResults(join(folder, "out", "quickstart")), results, `run ${run}`);
        assert.deepEqual(files(folder), written, `run ${run}`);
        Deno.removeSync(folder, { recursive: true });
      }
      console.log(`kills survived: ${kills}`);
      for (const [stage, count] of places) console.log(`  killed after "${stage}": ${count}`);
      for (const before of ["data:", "backbone:", "base: rank", "lora: adapt", "lora: rank", "RAIE: adapt"]) {
        const reached = [...places.keys()].some((place) => place.startsWith(before));
        assert.ok(reached, `no kill fell into what comes after "${before}"`);
      }
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
});
