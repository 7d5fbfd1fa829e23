import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "@std/testing/bdd";
import { collect } from "../../src/pipeline/collect.ts";
import { jobPool } from "../../src/pipeline/jobs.ts";
import { Store } from "../../src/pipeline/store.ts";
import { identityOf, keyOf, madeStages } from "./made_stages.ts";

it("jobPool() keeps the results it counts as done from being collected while its workers compute the rest", async () => {
  const root = await Deno.makeTempDir();
  const write = (folder: string) => Deno.writeTextFile(join(folder, "result"), "whole");
  const before = new Store(root, { say: () => {} });
  const { folder } = await before.stage(identityOf("backbone"), write);
  await before.close();
  const store = new Store(root, { say: () => {} });
  const worker = new Store(root, { say: () => {} });
  const start = () => ({
    async compute() {
      await worker.stage(identityOf("lora"), write);
      await collect(root, { maxSize: 0 });
      return "done" as const;
    },
    // Gone before the run reads what it computed.
    stop: () => worker.close(),
  });
  const { computed } = await jobPool({ jobs: 1, store, start, budget: 1 }).compute(
    madeStages({ backbone: [], lora: [] }),
  );
  assert.deepEqual([...computed], [keyOf("lora")]);
  assert.equal((await collect(root, { maxSize: 0 })).inUse.length, 2);
  assert.equal(await Deno.readTextFile(join(folder, "result")), "whole");
  assert.notEqual(await store.look(identityOf("lora")), undefined);
  await store.close();
  assert.equal((await collect(root, { maxSize: 0 })).removed.length, 2);
  await Deno.remove(root, { recursive: true });
});
