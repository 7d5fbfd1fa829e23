/** Runs of which a method fails, as their user sees them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { task } from "./task.ts";
import { TINY } from "./tiny_spec.ts";

/** Decay of rate x multiple = 10^4 a step: item rows leave float32 within a few steps. */
const WILD = { training: { epochs: 5, learningRate: 10, clip: null, weightDecay: 1 }, itemRate: 1000, anchor: 1 };

interface Failure {
  readonly label: string;
  readonly reason: string;
  readonly training?: string;
  readonly batch?: string;
}

describe("deno task run, where the yardstick of a matched budget diverges", () => {
  let folder: string;
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  for (const jobs of ["1", "2"]) {
    it(`writes the report of what is left, says of each method why it is not in it, and ends with 1, with --jobs ${jobs}`, async () => {
      const methods = ["base", "lora", { kind: "raie", label: "RAIE", lora: WILD }];
      const regions = { ...TINY.regions, defaultAdapter: { weightDecay: 1, itemRate: 1000 } };
      const spec = join(folder, "lost.json");
      const { lora: _, ...rest } = TINY;
      Deno.writeTextFileSync(spec, JSON.stringify({ ...rest, name: "lost", budget: "matched", regions, methods }));
      const out = join(folder, `out-${jobs}`);
      const { code, err } = await task(["run", spec, "--out", out, "--engine", "wasm", "--jobs", jobs], {
        RAIE_STORE: join(folder, `store-${jobs}`),
      });
      assert.equal(code, 1, err);
      const { runs, failures } = JSON.parse(Deno.readTextFileSync(join(out, "lost", "results.json")));
      assert.deepEqual(runs.map(({ label }: { label: string }) => label), ["base"]);
      const [lora, raie] = failures as Failure[];
      const why = "Cannot match the budget of lora: it was to take as many steps as RAIE, which failed";
      assert.deepEqual([lora!.label, lora!.reason, lora!.training], ["lora", why, undefined]);
      assert.equal(raie!.label, "RAIE");
      assert.match(raie!.reason, /^Cannot go on training .*wanted finite numbers/);
      assert.ok(Deno.statSync(join(out, "lost", raie!.batch!)).size > 0);
      assert.match(err, new RegExp(`Failed: lora, seed 1: ${why}`));
      const report = Deno.readTextFileSync(join(out, "lost", "report.md"));
      assert.match(report, /## What failed\?[^]*Cannot match the budget of lora/);
    });
  }
});

describe("deno task run, where a method has nothing to work on", () => {
  let folder: string;
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  for (const jobs of ["1", "2"]) {
    it(`gives the method's own reason and the figures of all others, with --jobs ${jobs}`, async () => {
      // Two items in turn: without the one before, the other is all there is to recommend, and is never wrong.
      const rows = Array.from({ length: 400 }, (_, row) => `u${row % 4},${Math.floor(row / 4) % 2},${1000 * row}`);
      Deno.writeTextFileSync(join(folder, "turns.csv"), `user,item,timestamp\n${rows.join("\n")}\n`);
      const training = { epochs: 1, loss: { kind: "cross-entropy" } };
      const spec = {
        name: "turns",
        dataset: { format: "csv", path: "turns.csv" },
        windows: { context: 1, stride: 1 },
        backbone: { kind: "sasrec", hidden: 8, training },
        lora: { training },
        methods: ["base", "ebpr", "lora"],
        evaluation: { cutoffs: [1] },
        report: { measure: "Recall@1" },
      };
      const file = join(folder, "turns.json");
      Deno.writeTextFileSync(file, JSON.stringify(spec));
      const out = join(folder, `out-${jobs}`);
      const { code, err } = await task(["run", file, "--out", out, "--engine", "wasm", "--jobs", jobs], {
        RAIE_STORE: join(folder, `store-${jobs}`),
      });
      assert.equal(code, 1, err);
      const { runs, failures } = JSON.parse(Deno.readTextFileSync(join(out, "turns", "results.json")));
      assert.deepEqual(runs.map(({ label }: { label: string }) => label), ["base", "lora"]);
      const reasons = (failures as Failure[]).map(({ label, reason, batch }) => [label, reason, batch]);
      assert.equal(reasons.length, 1);
      assert.match(String(reasons[0]), /^ebpr,Cannot mine pairs from F1: found \d+ windows, each with its target/);
      assert.match(err, /failed: ebpr: Cannot mine pairs from F1/);
    });
  }
});
