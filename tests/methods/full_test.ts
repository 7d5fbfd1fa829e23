import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { entry, itKeepsPromises, type MethodRuns, openRuns, savedFiles } from "./method_runs.ts";

describe("full", () => {
  let runs: MethodRuns;
  beforeAll(async () => {
    runs = await openRuns();
  });
  afterAll(() => runs.close());

  const spec = entry("full", { training: { epochs: 2, batch: 32 } });

  itKeepsPromises(() => runs, spec);

  it("trains every parameter, and saves them under the backbone's names", async () => {
    const [state] = await runs.adaptAll(spec);
    const saved = decodeSafetensors((await savedFiles(state!))["model.safetensors"]!);
    const { backbone } = runs.context;
    const values = await runs.context.values();
    assert.deepEqual(
      Object.fromEntries(Object.entries(saved).map(([name, { shape }]) => [name, [...shape]])),
      Object.fromEntries(Object.entries(backbone.shapes).map(([name, shape]) => [name, [...shape]])),
    );
    for (const [name, { values: trained }] of Object.entries(saved)) {
      // Attention is blind to what all keys have in common, so a bias of keys has no gradient.
      if (name.endsWith("k_proj.bias")) continue;
      assert.notDeepEqual(trained, values[name]!.values, `${name} did not train`);
    }
  });

  it("counts all numbers of the backbone, and every F window once an epoch", async () => {
    const [state] = await runs.adaptAll(spec);
    const { backbone: { shapes }, data } = runs.context;
    const numbers = Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const windows = data.finetune[0]!.windows.count;
    const steps = 2 * Math.ceil(windows / 32);
    assert.deepEqual(state!.cost, { steps, finetuneRows: 2 * windows, setupRows: 0, parameters: numbers });
    assert.deepEqual(state!.curves.map(({ name, steps }) => [name, steps.at(-1)]), [["full F1", steps]]);
  });

  it("takes a budget's steps, and its share of S rows", async () => {
    const [state] = await runs.adaptAll(spec, { budget: { steps: 9, rows: 1000, setupShare: 0.4 } });
    const { steps, setupRows, finetuneRows } = state!.cost;
    assert.equal(steps, 9);
    const share = setupRows / (setupRows + finetuneRows);
    assert.ok(Math.abs(share - 0.4) < 0.08, `${share}`);
  });
});
