import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type AdapterValues, initialAdapter } from "../../src/adapters/bank.ts";
import { fisherInformation } from "../../src/adapters/fisher.ts";
import { allRows, joinRows } from "../../src/data/rows.ts";
import { entry, itKeepsPromises, type MethodRuns, openRuns } from "./method_runs.ts";
import { adaptFirst, assertShare, itAddsToLora, lossesOf, squaredDistance, stepsOfF } from "./term_runs.ts";

/** Large enough to tell: an untrained backbone's gradients are small. */
const LAMBDA = 1000;

describe("ewc", () => {
  let runs: MethodRuns;
  beforeAll(async () => {
    runs = await openRuns();
  });
  afterAll(() => runs.close());

  itKeepsPromises(() => runs, entry("ewc", { lambda: LAMBDA, samples: 40 }));
  itAddsToLora(() => runs, "ewc", { lambda: 0 }, { samples: 20 });

  it("takes lora's first step, and pays lambda sum F_i (theta_i - theta0_i)^2 in the second", async () => {
    const { context } = runs;
    const { data } = context;
    const windows = joinRows([{ windows: data.setup.windows, rows: allRows(50) }]);
    const few = { data: { ...data, setup: { ...data.setup, windows } } };
    const options = { lambda: LAMBDA, samples: windows.count, lora: { training: { loss: { kind: "cross-entropy" } } } };
    const { lora } = options;
    const first = await adaptFirst(runs, "lora", { lora }, stepsOfF(1));
    assert.deepEqual((await adaptFirst(runs, "ewc", options, { ...few, ...stepsOfF(1) })).adapter, first.adapter);
    const start = initialAdapter(first.bank, context.seed);
    // Without negatives to draw, all of S gives the same in any order.
    const fisher = await fisherInformation(
      { ...context, bank: first.bank, training: entry("lora", { lora }).lora.training, positions: "last" },
      start,
      { purpose: "all of S", windows },
    );
    const [, free] = lossesOf(await adaptFirst(runs, "lora", { lora }, stepsOfF(2)));
    const [, held] = lossesOf(await adaptFirst(runs, "ewc", options, { ...few, ...stepsOfF(2) }));
    assertShare(held! - free!, LAMBDA * squaredDistance(first.adapter, start, fisher), 1e-2);
  });

  it("keeps the numbers S depends on the nearer to where they started the larger lambda is", async () => {
    const distance = async (lambda: number) => {
      const { adapter, bank } = await adaptFirst(runs, "ewc", { lambda, samples: 200 }, stepsOfF(40));
      const start = initialAdapter(bank, runs.context.seed);
      const rows = { lora: new Float32Array(adapter.lora.length), rows: adapter.rows } satisfies AdapterValues;
      return squaredDistance(rows, { ...start, lora: rows.lora });
    };
    const [none, some, much] = [await distance(0), await distance(1e3), await distance(1e6)];
    assert.ok(some < 0.9 * none, `${some} and ${none}`);
    assert.ok(much < 0.1 * none, `${much} and ${none}`);
  });

  it("samples S alone before the first slice, S and the slices before it later; S's rows count as seen", async () => {
    const { data } = runs.context;
    const counts = async (samples: number) =>
      (await runs.adaptAll(entry("ewc", { samples }))).map(({ cost: { setupRows } }) => setupRows);
    const all = data.setup.windows.count;
    assert.deepEqual(await counts(all + data.finetune[0]!.windows.count), [all, all]);
    const [first, second] = await counts(50);
    assert.equal(first, 50);
    assert.ok(second! > 0 && second! < 50, `${second}`);
  });

  it("reads of later slices nothing before their time", async () => {
    const { data } = runs.context;
    const [first] = data.finetune;
    const options = { lambda: LAMBDA, samples: 60 };
    const alone = await adaptFirst(runs, "ewc", options, { data: { ...data, finetune: [first!] } });
    assert.deepEqual(alone.adapter, (await adaptFirst(runs, "ewc", options)).adapter);
  });

  it("says how far it is with its information", async () => {
    const told: string[] = [];
    const progress = (what: string, done: number, total: number) => void told.push(`${what} ${done}/${total}`);
    await adaptFirst(runs, "ewc", { samples: 40 }, { progress });
    assert.deepEqual(told.slice(0, 3), ["ewc: Fisher information 32/40", "ewc: Fisher information 40/40", told[2]]);
    assert.match(told[2]!, /^ewc 1\//);
  });

  it("takes a budget's steps, and lora's rows beside those of its information", async () => {
    const budget = { steps: 9, rows: 1000, setupShare: 0.7 };
    const { cost } = await adaptFirst(runs, "lora", {}, { budget });
    const held = await adaptFirst(runs, "ewc", { samples: 40 }, { budget });
    assert.deepEqual(held.cost, { ...cost, setupRows: cost.setupRows + 40 });
  });
});
