import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { entriesIfThere } from "../../../src/files.ts";
import { FIXED } from "./axes.ts";
import { shortNames } from "./one_stage.ts";
import { processesIn } from "./processes.ts";

describe("the processes that measure", () => {
  it("draw data once, list the stages, and compute one of them into the store", async () => {
    const folder = await Deno.makeTempDir();
    try {
      const processes = processesIn(folder);
      const { facts, stages, seconds, megabytes } = await processes.data(FIXED);
      assert.deepEqual([facts.context, facts.k, facts.users], [10, 1, 20]);
      assert.ok(facts.interactions > 1000 && facts.interactions < 3000 && facts.windows.F > 0);
      const names = stages.map(({ stage }) => stage);
      for (const name of ["backbone: train", "base: rank", "lora: adapt", "RAIE: adapt", "RAIE: describe"]) {
        assert.ok(names.includes(name), name);
      }
      assert.ok(stages.every(({ stored }) => !stored));
      const train = await processes.stage(FIXED, stages[0]!.key);
      assert.ok(seconds > 0 && train.seconds > 0);
      // A process with TensorFlow in it holds more than one that only reads.
      assert.ok(train.megabytes > megabytes && megabytes > 30, `${train.megabytes} ${megabytes}`);
      const [trained] = await entriesIfThere(join(folder, "store", "backbone"));
      assert.ok(trained!.name.startsWith(stages[0]!.key));
      await processes.tidy();
      assert.deepEqual(await entriesIfThere(folder), []);
    } finally {
      await Deno.remove(folder, { recursive: true }).catch((error) => assert.ok(error instanceof Deno.errors.NotFound));
    }
  });
});

describe("shortNames()", () => {
  it("says what a stage is of and does, and of two that do the same more", () => {
    const stages = [
      "backbone: train sasrec on S",
      "lora: adapt to F1",
      "b: represent S, T",
      "b: represent S at stride 9",
    ];
    assert.deepEqual(shortNames(stages), ["backbone: train", "lora: adapt", "b: represent S, T", "b: represent S"]);
  });
});
