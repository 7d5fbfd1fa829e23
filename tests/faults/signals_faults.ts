/** Runs that are interrupted in every stage, and runs of one spec at the same time. */
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { storedResults, timelessResults } from "../pipeline/stored.ts";
import { SPEC } from "./quickstart_once.ts";
import { taskFlags } from "./task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("a run", () => {
  const folder = Deno.makeTempDirSync();
  let stored: Map<string, string>, results: unknown;

  function start(name: string): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [...taskFlags("run"), SPEC, "--out", join(folder, name), "--checkpoint-every", "1000"],
      cwd: ROOT,
      env: { NO_COLOR: "1", RAIE_STORE: join(folder, `${name}-store`) },
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  async function ended(process: Deno.ChildProcess): Promise<{ code: number; err: string }> {
    const { code, stderr } = await process.output();
    return { code, err: new TextDecoder().decode(stderr) };
  }

  beforeAll(async () => {
    const { code, err } = await ended(start("calm"));
    assert.equal(code, 0, err);
    stored = storedResults(join(folder, "calm-store"));
    results = timelessResults(join(folder, "calm", "quickstart"));
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  async function isAsUndisturbed(name: string): Promise<void> {
    const store = join(folder, `${name}-store`);
    assert.deepEqual(storedResults(store), stored);
    assert.deepEqual(timelessResults(join(folder, name, "quickstart")), results);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
  }

  /** Whether the latest run of a log has begun the stage. */
  function hasBegun(log: string, stage: string, runs: number): boolean {
    try {
      const lines = Deno.readTextFileSync(log).split("\n");
      return lines.filter((line) => line.includes('"event":"run"')).length >= runs &&
        lines.slice(lines.findLastIndex((line) => line.includes('"event":"run"'))).some((line) =>
          line.includes('"event":"begin"') && line.includes(`"stage":"${stage}`)
        );
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  const STAGES = ["backbone", "base: rank", "lora: adapt", "lora: rank", "RAIE: adapt", "RAIE: rank", "RAIE: describe"];

  it("that is interrupted in every one of its stages ends with 130 each time, and with the same bytes at last", async () => {
    const log = join(folder, "stopped", "quickstart", "events.ndjson");
    for (const [index, stage] of STAGES.entries()) {
      const run = start("stopped");
      const end = ended(run);
      for (let looks = 0; looks < 3000 && !hasBegun(log, stage, index + 1); looks++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      run.kill(index % 2 === 0 ? "SIGINT" : "SIGTERM");
      const { code, err } = await end;
      assert.equal(code, 130, `${stage}: ${err}`);
      assert.match(err, /Interrupted: what is done is kept, the same command goes on from there\n$/);
    }
    const { code, err } = await ended(start("stopped"));
    assert.equal(code, 0, err);
    await isAsUndisturbed("stopped");
  });

  it("beside two others of the same spec, store and folder shares their work, and their reports do not mix", async () => {
    const all = await Promise.all([1, 2, 3].map(() => ended(start("shared"))));
    for (const { code, err } of all) assert.equal(code, 0, err);
    await isAsUndisturbed("shared");
    const computed = all.map(({ err }) => err.match(/^(backbone|base|lora|RAIE): .* [\d.]+ s$/gm) ?? []).flat();
    // Every stage was computed once; the two others waited for it, or found it.
    const stages = computed.map((line) => line.split("█")[0]!.trim());
    assert.deepEqual(stages.toSorted(), [...new Set(stages)].toSorted());
  });
});
