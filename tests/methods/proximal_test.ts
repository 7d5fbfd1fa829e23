import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { initialAdapter } from "../../src/adapters/bank.ts";
import { entry, itKeepsPromises, type MethodRuns, openRuns } from "./method_runs.ts";
import { adaptFirst, assertShare, itAddsToLora, lossesOf, squaredDistance, stepsOfF } from "./term_runs.ts";

describe("proximal", () => {
  let runs: MethodRuns;
  beforeAll(async () => {
    runs = await openRuns();
  });
  afterAll(() => runs.close());

  itKeepsPromises(() => runs, entry("proximal"));
  itAddsToLora(() => runs, "proximal", { lambda: 0 });

  it("takes lora's first step, and pays lambda / 2 times the squared distance of it in the second", async () => {
    const first = await adaptFirst(runs, "lora", {}, stepsOfF(1));
    const firstToo = await adaptFirst(runs, "proximal", { lambda: 50 }, stepsOfF(1));
    assert.deepEqual(firstToo.adapter, first.adapter);
    const [, lora] = lossesOf(await adaptFirst(runs, "lora", {}, stepsOfF(2)));
    const [, pulled] = lossesOf(await adaptFirst(runs, "proximal", { lambda: 50 }, stepsOfF(2)));
    const start = initialAdapter(first.bank, runs.context.seed);
    assertShare(pulled! - lora!, 25 * squaredDistance(first.adapter, start), 1e-3);
  });

  it("stays the nearer to where it started the larger lambda is", async () => {
    const distance = async (lambda: number) => {
      const { adapter, bank } = await adaptFirst(runs, "proximal", { lambda }, stepsOfF(40));
      return squaredDistance(adapter, initialAdapter(bank, runs.context.seed));
    };
    const [none, some, much] = [await distance(0), await distance(1), await distance(1000)];
    assert.ok(some < 0.9 * none, `${some} and ${none}`);
    assert.ok(much < 0.02 * none, `${much} and ${none}`);
  });

  it("is held to where the last slice left it on the next one, item rows included", async () => {
    const [first, second] = await runs.adaptAll(entry("proximal", { lambda: 1e4 }), stepsOfF(40));
    const [before, after] = [first, second].map((state) => state as Awaited<ReturnType<typeof adaptFirst>>);
    const rowOf = (state: typeof before, item: number) => {
      const { itemRows, width } = state!.bank;
      const at = itemRows.indexOf(item) * width;
      return state!.adapter.rows.subarray(at, at + width);
    };
    const moved = Array.from(before!.bank.itemRows, (item) => {
      const [a, b] = [rowOf(before, item), rowOf(after, item)];
      return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
    }).reduce((sum, value) => sum + value, 0);
    const [, free] = await runs.adaptAll(entry("lora"), stepsOfF(40));
    const freely = (free as typeof after)!.adapter.rows.reduce((sum, value) => sum + value ** 2, 0);
    assert.ok(moved < 0.02 * freely, `${moved} and ${freely}`);
  });

  it("takes a budget's steps and share of S as lora does", async () => {
    const budget = { steps: 9, rows: 1000, setupShare: 0.7 };
    const lora = await adaptFirst(runs, "lora", {}, { budget });
    const { cost } = await adaptFirst(runs, "proximal", {}, { budget });
    assert.deepEqual(cost, lora.cost);
    assert.equal(cost.steps, 9);
  });
});
