import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { windowRows } from "../../src/backbones/training_rows.ts";
import { allRows, copiedRows, joinRows } from "../../src/data/rows.ts";
import type { Slice, Windows } from "../../src/data/types.ts";
import { MethodError } from "../../src/methods/method_error.ts";
import { entry, itKeepsPromises, type MethodRuns, openRuns } from "./method_runs.ts";
import { adaptFirst, assertShare, itAddsToLora, lossesOf, stepsOfF } from "./term_runs.ts";
import { itemsOf } from "../../src/data/window_rows.ts";

describe("replay", () => {
  let runs: MethodRuns;
  beforeAll(async () => {
    runs = await openRuns();
  });
  afterAll(() => runs.close());

  const half = (windows: Windows): Windows =>
    joinRows([{ windows, rows: allRows(windows.count).filter((row) => row % 2 === 0) }]);
  /** The same targets after other contexts. */
  const otherContexts = (slice: Slice): Slice => {
    const windows = copiedRows([{ windows: slice.windows, rows: allRows(slice.windows.count) }]);
    for (let row = 0; row < windows.count; row++) itemsOf(windows, row).subarray(0, windows.context).reverse();
    return { ...slice, windows };
  };
  const changedF = () => {
    const { data } = runs.context;
    return { data: { ...data, finetune: data.finetune.map(otherContexts) } };
  };
  const changedS = () => {
    const { data } = runs.context;
    return { data: { ...data, setup: { ...data.setup, windows: half(data.setup.windows) } } };
  };

  itKeepsPromises(() => runs, entry("replay"));
  itAddsToLora(() => runs, "replay", { ratio: 0 });

  for (const rows of ["windows", "backbone"]) {
    it(`lowers (1 - ratio) L_F + ratio L_S, with rows "${rows}"`, async () => {
      const [ofF] = lossesOf(await adaptFirst(runs, "lora"));
      const [ofS] = lossesOf(await adaptFirst(runs, "replay", { ratio: 1, rows }));
      const [both] = lossesOf(await adaptFirst(runs, "replay", { ratio: 0.3, rows }));
      assert.notEqual(ofF, ofS);
      assertShare(both!, 0.7 * ofF! + 0.3 * ofS!, 1e-6);
    });

    it(`learns from S alone with ratio 1, from both below it, with rows "${rows}"`, async () => {
      const adapter = async (ratio: number, more = {}) =>
        (await adaptFirst(runs, "replay", { ratio, rows }, more)).adapter;
      const fewerRows = { ...changedS(), setupRows: () => windowRows(changedS().data.setup.windows) };
      assert.deepEqual(await adapter(1, changedF()), await adapter(1));
      assert.notDeepEqual(await adapter(1, fewerRows), await adapter(1));
      assert.notDeepEqual(await adapter(0.3, changedF()), await adapter(0.3));
      assert.notDeepEqual(await adapter(0.3, fewerRows), await adapter(0.3));
    });
  }

  it('takes the loss of the backbone\'s rows at every position, of windows where lora does; "windows" reads no other', async () => {
    const { setup } = runs.context.data;
    const setupRows = () => windowRows(setup.windows);
    const losses = async (rows: string, positions: string, more = {}) =>
      lossesOf(await adaptFirst(runs, "replay", { ratio: 1, rows, lora: { training: { positions } } }, more));
    assert.deepEqual(await losses("backbone", "all", { setupRows }), await losses("windows", "all"));
    assert.notDeepEqual(await losses("windows", "last"), await losses("windows", "all"));
    const unread = () => {
      throw new RangeError("the backbone's rows were read");
    };
    assert.equal((await losses("windows", "last", { setupRows: unread })).length > 0, true);
  });

  it("draws no negative that the backbone would not draw for a row", async () => {
    const { context } = runs;
    const { items } = context.backbone;
    const asked = new Set<number>();
    const setupRows = () => {
      const rows = context.setupRows();
      return {
        ...rows,
        excluded: (row: number) => {
          asked.add(row);
          return new Set(Array.from({ length: items - 1 }, (_, item) => item + 2));
        },
      };
    };
    // With item 1 as every negative, the loss is another.
    const options = { ratio: 1, rows: "backbone" };
    const [one] = lossesOf(await adaptFirst(runs, "replay", options, { setupRows }));
    const [usual] = lossesOf(await adaptFirst(runs, "replay", options));
    assert.ok(asked.size > 0);
    assert.notEqual(one, usual);
  });

  it("takes lora's steps, and counts a batch of S in each of them", async () => {
    const { data } = runs.context;
    const lora = await adaptFirst(runs, "lora");
    const { cost } = await adaptFirst(runs, "replay");
    assert.ok(data.setup.windows.count >= cost.steps * 32, "S holds full batches");
    assert.deepEqual(cost, { ...lora.cost, setupRows: cost.steps * 32 });
    // A smaller S comes round: its last batch is a short one.
    const small = joinRows([{ windows: data.setup.windows, rows: allRows(40) }]);
    const again = await adaptFirst(runs, "replay", {}, { data: { ...data, setup: { ...data.setup, windows: small } } });
    const rounds = Math.floor(again.cost.steps / 2);
    assert.equal(again.cost.setupRows, rounds * 40 + (again.cost.steps % 2) * 32);
  });

  it("divides a budget's batches between F and S in the yardstick's share, for exactly its steps", async () => {
    const { cost } = await adaptFirst(runs, "replay", {}, { budget: { steps: 25, rows: 1000, setupShare: 0.7 } });
    assert.equal(cost.steps, 25);
    const share = cost.setupRows / (cost.setupRows + cost.finetuneRows);
    assert.ok(Math.abs(share - 0.7) < 0.01, `${share}`);
    assert.ok(cost.setupRows + cost.finetuneRows <= 25 * 32);
    const little = await adaptFirst(runs, "replay", {}, { budget: { steps: 25, rows: 1000, setupShare: 0.001 } });
    assert.equal(little.cost.setupRows, 25);
    const none = await adaptFirst(runs, "replay", {}, stepsOfF(25));
    assert.deepEqual(none.cost, (await adaptFirst(runs, "lora", {}, stepsOfF(25))).cost);
  });

  it("says so when S holds no window", async () => {
    const { data } = runs.context;
    const windows = joinRows([{ windows: data.setup.windows, rows: new Int32Array(0) }]);
    await assert.rejects(
      adaptFirst(runs, "replay", {}, { data: { ...data, setup: { ...data.setup, windows } } }),
      new MethodError("Cannot replay S: it holds no window, wanted at least one"),
    );
  });
});
