/** raie's variants under `budget: "matched"`: as many steps as the yardstick (method.md 7). */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { RaieAdapted } from "../../src/methods/raie_state.ts";
import { openRaieRuns, raieOf, type RaieRuns, type RegionOverrides } from "./raie_runs.ts";

const NO_ADD = { add: false, poolMin: undefined };

describe("raie on a budget", () => {
  let runs: RaieRuns;
  beforeAll(async () => {
    runs = await openRaieRuns();
  });
  afterAll(() => runs.close());

  /** Adapts to the F slices with so many steps for each. */
  const matched = async (regions: RegionOverrides, steps: readonly number[]): Promise<RaieAdapted[]> => {
    const states: RaieAdapted[] = [];
    for (const [index, slice] of runs.context.data.finetune.entries()) {
      const budget = { steps: steps[index]!, rows: 1000, setupShare: 0.5 };
      const adapted = await raieOf(regions).adapt(states.at(-1), slice, { ...runs.context, budget });
      states.push(adapted as RaieAdapted);
    }
    return states;
  };
  const stepsOf = ({ cost }: RaieAdapted) => cost.steps;
  /** Steps of the default adapter: 34 windows in batches of 32. */
  const GENERAL = 2;

  it("takes the yardstick's steps on every slice, whatever is ablated", async () => {
    const yardstick = (await runs.run()).map(stepsOf);
    const variants = [{ k: 1, ...NO_ADD }, { adapters: "one" }, NO_ADD, { centres: "random" }, { replay: 0 }];
    for (const regions of variants) {
      assert.deepEqual((await matched(regions, yardstick)).map(stepsOf), yardstick, JSON.stringify(regions));
      const own = (await runs.run(regions)).map(stepsOf);
      if ("replay" in regions) assert.notDeepEqual(own, yardstick, "by itself it takes fewer");
    }
  });

  it("changes nothing, to the bit, where the budget is what the method takes by itself", async () => {
    for (const regions of [{}, { adapters: "one" }]) {
      const free = await runs.run(regions);
      const same = await matched(regions, free.map(stepsOf));
      assert.deepEqual(await runs.scores(same[1]!), await runs.scores(free[1]!));
      assert.deepEqual(same.map(({ cost }) => cost), free.map(({ cost }) => cost));
    }
  });

  it("goes over the rows as often as the steps need, and its cost counts the rows seen", async () => {
    const [own] = await runs.run({ k: 1, ...NO_ADD });
    const rows = own!.cost.setupRows + runs.sizes[0]!;
    const perEpoch = Math.ceil(rows / 32);
    assert.equal(own!.cost.steps, GENERAL + perEpoch);
    const cost = async (steps: number) => (await matched({ k: 1, ...NO_ADD }, [GENERAL + steps, 1]))[0]!.cost;
    const three = await cost(3 * perEpoch);
    assert.equal(three.steps, GENERAL + 3 * perEpoch);
    assert.deepEqual(
      [three.finetuneRows, three.setupRows],
      [runs.sizes[0]! + 3 * runs.sizes[0]!, 3 * own!.cost.setupRows],
    );
    // Two steps of the second epoch have full batches of 32, of F and S as they come.
    const part = await cost(perEpoch + 2);
    assert.equal(part.finetuneRows - runs.sizes[0]! + part.setupRows, rows + 64);
    assert.ok(part.setupRows > own!.cost.setupRows && part.setupRows < own!.cost.setupRows + 64);
  });

  it("leaves the default adapter its steps and divides the rest as the regions' epochs would", async () => {
    const regions = { ...NO_ADD, softCopies: "none", replay: 0, training: { epochs: 1, batch: 4 } };
    const [first, second] = await matched(regions, [GENERAL + 60, 50]);
    const lengths = (state: RaieAdapted) => new Map(state.curves.map(({ name, steps }) => [name, steps.at(-1)!]));
    assert.equal(lengths(first!).get("default F1"), GENERAL);
    for (const [state, name, total] of [[first!, "F1", 60], [second!, "F2", 50]] as const) {
      const route = await state.regions!.route(runs.context.data.finetune[Number(name[1]) - 1]!.windows);
      const batches = [0, 1, 2].map((region) => Math.ceil(route.filter((other) => other === region).length / 4));
      assert.ok(new Set(batches).size > 1, "regions of different sizes");
      const sum = batches.reduce((a, b) => a + b);
      batches.forEach((own, region) => {
        const steps = lengths(state).get(`region ${region + 1} ${name}`) ?? 0;
        assert.ok(Math.abs(steps - total * own / sum) < 1, `${steps} for ${own} of ${sum} batches`);
      });
    }
    assert.deepEqual([first!, second!].map(stepsOf), [GENERAL + 60, 50], "a later slice trains no default adapter");
  });

  it("gives every adapter with rows a step, and says so where the budget had none left", async () => {
    const [state] = await matched(NO_ADD, [1, 1]);
    const trained = state!.curves.length - 1;
    assert.ok(trained > 1);
    assert.equal(state!.cost.steps, GENERAL + trained);
    const said = `F1: regions' adapters took ${trained} steps, one each, where the budget left 0`;
    assert.ok(state!.regions!.notes.includes(said), state!.regions!.notes.join("\n"));
    assert.ok(!(await runs.run(NO_ADD))[0]!.regions!.notes.some((note) => note.includes("budget")));
  });
});
