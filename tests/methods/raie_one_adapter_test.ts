/** raie with `adapters: "one"`: regions as ever, one adapter for all of them. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import { regionsToArrays } from "../../src/regions/mod.ts";
import { openRaieRuns, raieOf, type RaieRuns, type RegionOverrides, reloaded } from "./raie_runs.ts";

const ONE = { adapters: "one" } as const;
const NO_REGIONS = { k: 1, add: false, poolMin: undefined };

describe("raie with one adapter for all regions", () => {
  let runs: RaieRuns;
  beforeAll(async () => {
    runs = await openRaieRuns();
  });
  afterAll(() => runs.close());

  it("has raie's regions, edits and rows, trained by one adapter in the steps of the joined rows", async () => {
    const [full, one] = [await runs.run(), await runs.run(ONE)];
    one.forEach(({ regions, state, cost }, index) => {
      const { regions: theirs, cost: spent } = full[index]!;
      assert.deepEqual(regionsToArrays(regions!.after), regionsToArrays(theirs!.after));
      assert.deepEqual(regions!.edits, theirs!.edits);
      assert.deepEqual([cost.finetuneRows, cost.setupRows], [spent.finetuneRows, spent.setupRows]);
      assert.equal(state.adapters.length, 1);
      assert.equal(cost.parameters * theirs!.after.count, spent.parameters);
      const general = index === 0
        ? { rows: runs.sizes[0]!, steps: Math.ceil(runs.sizes[0]! / 32) }
        : { rows: 0, steps: 0 };
      const joined = cost.finetuneRows - general.rows + cost.setupRows;
      assert.equal(cost.steps, general.steps + Math.ceil(joined / 32));
      assert.ok(cost.steps < spent.steps, "a short last batch for each region is more");
    });
  });

  it("scores a window alike whatever region it is routed to, as raie does not", async () => {
    const elsewhere: Partial<MethodContext> = {
      represent: async (windows) => {
        const vectors = await runs.context.represent(windows);
        return { ...vectors, read: async (from, to) => (await vectors.read(from, to)).map((value) => -value) };
      },
    };
    const both = async (regions: RegionOverrides): Promise<[number[], number[]]> => {
      const state = (await runs.run(regions))[0]!;
      const [here, there] = [
        await reloaded(runs, regions, state),
        await reloaded(runs, regions, state, elsewhere),
      ];
      const route = ({ regions }: Adapted) => regions!.route(runs.context.data.test.windows);
      assert.notDeepEqual(await route(here), await route(there));
      return [await runs.scores(here), await runs.scores(there)];
    };
    const [here, there] = await both(ONE);
    assert.deepEqual(here, there);
    const [routed, misrouted] = await both({});
    assert.notDeepEqual(routed, misrouted);
  });

  it("is that region's adapter where there is one region, to the bit", async () => {
    const [each, one] = [await runs.run(NO_REGIONS), await runs.run({ ...NO_REGIONS, ...ONE })];
    assert.deepEqual(await runs.scores(one[1]!), await runs.scores(each[1]!));
    assert.deepEqual(one[1]!.cost, each[1]!.cost);
  });

  it("is saved as one directory beside the default adapter's", async () => {
    const folder = await Deno.makeTempDir();
    try {
      await (await runs.run(ONE))[1]!.save(folder);
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      assert.deepEqual(names, ["all-regions", "default", "members.safetensors", "method.json"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  it("counts as one set in estimate(), where raie counts as many as regions", () => {
    // 100 windows: 4 batches of 32 for the default adapter; with 2.33 S windows each 333 rows: 11 batches, or 3 of 111, 4 batches each.
    assert.deepEqual(raieOf({ replay: 2.33, ...ONE }).estimate({ windows: 100 }), { steps: 15, exact: false });
    assert.deepEqual(raieOf({ replay: 2.33 }).estimate({ windows: 100 }), { steps: 16, exact: false });
    const later = { windows: 100, later: true };
    assert.deepEqual(raieOf({ replay: 2.33 }).estimate(later), { steps: 12, exact: false }, "no default adapter");
  });
});
