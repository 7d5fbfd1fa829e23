import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import { runExperiment } from "../../src/pipeline/experiment.ts";
import { planStages } from "../../src/pipeline/plan.ts";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { Progress } from "../../src/pipeline/progress.ts";
import { engineId } from "../../src/pipeline/stages.ts";
import { Store } from "../../src/pipeline/store.ts";
import { storedResults } from "./stored.ts";
import { smallSpec } from "../methods/small_context.ts";

describe("runExperiment()", () => {
  it("gives the same bytes when it goes on from half of its stages as when it runs through", async () => {
    const spec = smallSpec({
      dataset: { format: "synthetic", users: 40, items: 30, interactionsPerUser: 30, seed: 5 },
    });
    const engine = await openEngine("cpu");
    const root = Deno.makeTempDirSync();
    try {
      const prepared = await prepareData(spec, undefined);
      const bench = { engine, store: new Store(root), progress: new Progress() };
      await runExperiment(spec, prepared, bench);
      const through = storedResults(root);
      // Left are the backbone, what it made of windows and what was adapted to F1, so that F2 starts from what was saved.
      const { stages: planned } = await planStages(spec, prepared, engineId(engine), bench.store);
      const kept = planned.filter(({ stage }) => /^backbone|adapt to F1$/.test(stage)).map(({ key }) => key);
      assert.equal(kept.length, 5);
      for (const kind of ["ranks", "adapted", "regions"]) {
        for (const { name } of [...Deno.readDirSync(join(root, kind))]) {
          if (!kept.includes(name)) Deno.removeSync(join(root, kind, name), { recursive: true });
        }
      }
      assert.ok(storedResults(root).size < through.size);
      await runExperiment(spec, prepared, bench);
      const resumed = storedResults(root);
      assert.deepEqual([...resumed.keys()].sort(), [...through.keys()].sort());
      assert.deepEqual([...through.keys()].filter((path) => resumed.get(path) !== through.get(path)), []);
    } finally {
      engine.close();
      Deno.removeSync(root, { recursive: true });
    }
  });
});
