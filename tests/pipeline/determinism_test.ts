import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import type { Rung } from "../../src/engine/types.ts";
import { runExperiment } from "../../src/pipeline/experiment.ts";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { Progress } from "../../src/pipeline/progress.ts";
import { resultsOf } from "../../src/pipeline/results.ts";
import { Store } from "../../src/pipeline/store.ts";
import type { RunResult } from "../../src/reporting/types.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { rungsHere, tensorflowHere } from "../engine/rungs_here.ts";

const quickstart = fileURLToPath(new URL("../../experiments/quickstart.json", import.meta.url));

/** One seed says as much as three. */
const ONCE = ["seeds=[1]"];

describe("a run", () => {
  let folder: string, count = 0;
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  /** Runs the quickstart, or a shorter form of it, from a cold store. */
  const run = async (rung: Rung, set: string[] = []): Promise<readonly RunResult[]> => {
    const { resolved } = parseSpec(await Deno.readTextFile(quickstart), quickstart, { set });
    const engine = await openEngine(rung);
    try {
      const prepared = await prepareData(resolved, undefined);
      const bench = { engine, store: new Store(`${folder}/${count++}`), progress: new Progress() };
      const { runs } = resultsOf(resolved, "", prepared, await runExperiment(resolved, prepared, bench), engine);
      return runs.map((result) => ({ ...result, cost: { ...result.cost, seconds: 0 } }));
    } finally {
      engine.close();
    }
  };
  const short = [...ONCE, "backbone.training.epochs=1", "lora.training.epochs=1", "regions.training.epochs=1"];

  for (const rung of rungsHere().filter((rung) => rung !== "cpu")) {
    it(`gives the same results bit for bit on ${rung}, measures, losses, regions and map included`, async () => {
      assert.deepEqual(await run(rung, short), await run(rung, short));
    });
  }

  it("gives other results for another seed", async () => {
    const measures = async (seed: number) =>
      (await run("wasm", [...short, `seeds=[${seed}]`])).map(({ measures }) => measures);
    assert.notDeepEqual(await measures(1), await measures(2));
  });

  const skip = tensorflowHere() ? false : "tensorflow is not set up here";
  it("of the quickstart measures the same on tensorflow and on wasm, within 1e-3", { skip }, async () => {
    const [tensorflow, wasm] = [await run("tensorflow", ONCE), await run("wasm", ONCE)];
    let compared = 0;
    tensorflow.forEach(({ label, measures }, index) => {
      for (const [slice, values] of Object.entries(measures)) {
        for (const [name, value] of Object.entries(values)) {
          const other = wasm[index]!.measures[slice]![name]!;
          assert.ok(Math.abs(value - other) <= 1e-3, `${label} ${slice} ${name}: ${value} and ${other}`);
          compared++;
        }
      }
    });
    // Four methods, RAIE's control among them, on three slices.
    assert.equal(compared, 4 * 3 * 10);
  });
});
