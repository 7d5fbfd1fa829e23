/** experiments/openp5-tiny.json in a smaller form: a language model that the program makes itself, end to end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Results } from "../../src/reporting/types.ts";
import { task } from "./task.ts";

const SPEC = "experiments/openp5-tiny.json";
const SMALLER = [
  "seeds=[1]",
  "dataset.users=50",
  "dataset.items=40",
  "dataset.interactionsPerUser=40",
  "backbone.checkpoint.hidden=32",
  "backbone.checkpoint.ffn=48",
  "lora.training.epochs=1",
  "regions.k=2",
].flatMap((one) => ["--set", one]);

describe("deno task run experiments/openp5-tiny.json", () => {
  let folder: string, env: Record<string, string>;
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
    env = { RAIE_STORE: join(folder, "store") };
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  it("plans memory and time, trains every method on the taught model, names the model in its report, and comes out again", async () => {
    const plan = await task(["plan", SPEC, ...SMALLER], env);
    assert.equal(plan.code, 0, plan.err);
    assert.match(
      plan.out,
      /Reckoned from the model's sizes, before anything is loaded: 0\.\d GB at the peak, about \d+ (s|min) here/,
    );
    assert.match(plan.out, /lora: adapt to F1 +\d+ windows, \d+ steps +to do, 0\.\d GB, about \d+ s/);

    const first = await task(["run", SPEC, ...SMALLER, "--out", folder], env);
    assert.equal(first.code, 0, first.err);
    const path = join(folder, "openp5-tiny");
    const { runs, failures, backbone } = JSON.parse(Deno.readTextFileSync(join(path, "results.json"))) as Results;
    assert.equal(failures, undefined);
    assert.deepEqual(runs.map(({ label }) => label), ["base", "lora", "lsat", "mole", "RAIE", "RAIE K=1"]);
    const [base] = runs;
    for (const { label, measures, cost } of runs.slice(1)) {
      assert.notDeepEqual(measures, base!.measures, label);
      assert.ok(cost.steps > 0 && cost.parameters > 0, label);
    }
    assert.equal(backbone.checkpoint?.name, "made up");
    const { values } = backbone.loss[0]!;
    const mean = (some: readonly number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
    assert.ok(mean(values.slice(-10)) < mean(values.slice(0, 10)) - 0.1, "S was learnt");
    const report = Deno.readTextFileSync(join(path, "report.md"));
    assert.match(report, /a language model of the Llama family \(random weights, width 32, 2 layers, 4 heads\)/);
    assert.match(report, /\| Checkpoint of the backbone \| `made up`: random weights \|/);

    const again = await task(["check", SPEC, ...SMALLER, "--reports", folder], env);
    assert.equal(again.code, 0, again.out + again.err);
    assert.match(again.out, /nothing moved/);
  });
});
