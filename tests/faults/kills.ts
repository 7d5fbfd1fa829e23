/** Runs killed at random moments, again and again, end with the bytes of an undisturbed run. */
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stream } from "../../src/engine/random.ts";
import { isLoggedEvent } from "../../src/pipeline/event_log.ts";
import { JsonLines } from "../../src/pipeline/json_lines.ts";
import { SPEC } from "./quickstart_once.ts";
import { taskFlags } from "./task_flags.ts";
import { storedResults, timelessResults } from "../pipeline/stored.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KILLS = 50;
/** Kills before a run is let through to its end, and everything begins again with an empty store. */
const KILLS_PER_RUN = 4;
const STAGES = [
  "backbone:",
  "base: rank",
  "lora: adapt",
  "lora: rank",
  "RAIE: adapt",
  "RAIE: rank",
  "RAIE: describe",
  "report:",
];

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

/** Stages that the latest run of a folder has begun and not ended, by its event log; none before it has listed them. */
function openStages(folder: string): string[] {
  const open = new Set<string>();
  for (const value of new JsonLines().take(logOf(folder))) {
    if (!isLoggedEvent(value)) continue;
    if (value.event === "run") open.clear();
    if (value.event === "begin") open.add(value.stage);
    if (value.event === "end") open.delete(value.stage);
  }
  return [...open];
}

function logOf(folder: string): Uint8Array {
  try {
    return Deno.readFileSync(join(folder, "out", "quickstart", "events.ndjson"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

/** Kills a run after some milliseconds, or once it is in the stage `aim`; where it was, or undefined when it had ended by then. */
async function killed(
  folder: string,
  jobs: number,
  afterMs: number,
  aim: string | undefined,
): Promise<readonly string[] | undefined> {
  const process = start(folder, jobs);
  const output = process.output();
  let running = true;
  const done = output.then(() => running = false);
  const kill = async () => {
    if (aim === undefined) await new Promise((resolve) => setTimeout(resolve, afterMs));
    while (aim !== undefined && running && !openStages(folder).some((stage) => stage.startsWith(aim))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (running) process.kill("SIGKILL");
  };
  await Promise.all([kill(), done]);
  const { code, signal, stderr } = await output;
  if (signal === "SIGKILL") return openStages(folder);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return undefined;
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
      const files = (folder: string) => {
        const charts = storedResults(join(folder, "out", "quickstart", "charts"));
        // It draws how long adapting took, which no two runs share.
        assert.ok(charts.delete("cost.png"));
        return { artifacts: storedResults(join(folder, "out", "quickstart", "artifacts")), charts };
      };
      const written = files(calm);
      assert.ok(written.artifacts.size > 9 && written.charts.size > 4);
      assert.ok(stored.size > 10);
      const places = new Map<string, number>();
      let kills = 0;
      for (let run = 0; kills < KILLS; run++) {
        const folder = join(root, `run-${run}`);
        const jobs = 1 + run % 2;
        for (let k = 0; k < KILLS_PER_RUN && kills < KILLS; k++) {
          // With nothing in the store yet every stage takes its time: the first kill is aimed, so that each is met.
          const aim = k === 0 ? STAGES[run % STAGES.length] : undefined;
          const stages = await killed(folder, jobs, 400 + draw.float() * milliseconds * 0.6, aim);
          if (stages === undefined) break;
          kills++;
          for (const stage of stages.length === 0 ? ["start"] : stages) places.set(stage, (places.get(stage) ?? 0) + 1);
        }
        await through(folder, jobs);
        assert.deepEqual(storedResults(join(folder, "store")), stored, `run ${run}`);
        assert.deepEqual(timelessResults(join(folder, "out", "quickstart")), results, `run ${run}`);
        assert.deepEqual(files(folder), written, `run ${run}`);
        Deno.removeSync(folder, { recursive: true });
      }
      console.log(`kills survived: ${kills}`);
      for (const [stage, count] of places) console.log(`  killed in "${stage}": ${count}`);
      for (const stage of STAGES) {
        assert.ok([...places.keys()].some((place) => place.startsWith(stage)), `no kill fell into "${stage}"`);
      }
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
});
