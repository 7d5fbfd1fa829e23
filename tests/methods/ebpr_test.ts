import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import type { Slice, Windows } from "../../src/data/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { MethodError } from "../../src/methods/method_error.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import { entry, itKeepsPromises, type MethodRuns, openRuns, savedFiles } from "./method_runs.ts";
import { itemsOf, targetOf } from "../../src/data/window_rows.ts";

describe("ebpr", () => {
  let runs: MethodRuns;
  let slice: Slice;
  beforeAll(async () => {
    runs = await openRuns();
    slice = runs.context.data.finetune[0]!;
  });
  afterAll(() => runs.close());

  const ebpr = (options: Record<string, unknown> = {}) => entry("ebpr", options);
  const adapt = (spec: MethodSpec, more: Partial<MethodContext> = {}) =>
    createMethod(spec).adapt(undefined, slice, { ...runs.context, ...more });
  const targets = (windows: Windows) => Int32Array.from({ length: windows.count }, (_, row) => targetOf(windows, row));
  const firstOf = async (adapted: Adapted, windows: Windows): Promise<Int32Array> => {
    const scorer = await adapted.scorer(windows);
    const { top } = await rankWindows(runs.context.engine, scorer, windows, { batch: 64, top: 1 });
    scorer.dispose();
    return top;
  };
  const unreadable = <T extends object>(object: T, ...names: readonly (keyof T & string)[]): T =>
    names.reduce((copy, name) =>
      Object.defineProperty(copy, name, {
        get: () => {
          throw new Error(`${name} was read`);
        },
      }), { ...object });
  /** The spec's checks allow this with the preset official alone. */
  const evaluated = (): MethodSpec => {
    const spec = ebpr();
    return { ...spec, own: { ...spec.own, mine: "evaluated" } as MethodSpec["own"] };
  };

  itKeepsPromises(() => runs, ebpr());

  it("mines from F, and never reads a row of T or S", async () => {
    const blind = await adapt(ebpr(), { data: unreadable(runs.context.data, "test", "setup", "setupDense") });
    assert.deepEqual(await savedFiles(blind), await savedFiles(await adapt(ebpr())));
  });

  it('mines from T and from nothing else with mine "evaluated"', async () => {
    const windows = runs.context.data.test.windows;
    const { context } = runs;
    const asked: Windows[] = [];
    const top: MethodContext["top"] = (windows, count) => {
      asked.push(windows);
      return context.top(windows, count);
    };
    const own = await createMethod(evaluated()).adapt(undefined, unreadable(slice, "windows"), { ...context, top });
    assert.deepEqual(asked, [windows]);
    assert.notDeepEqual(await savedFiles(own), await savedFiles(await adapt(ebpr())));
  });

  it("makes a pair of every window whose first recommendation is wrong, and of no other", async () => {
    // All are right but two; the third has nothing to recommend.
    const first = targets(slice.windows);
    first[3] = first[3]! % 40 + 1;
    first[5] = first[5]! % 40 + 1;
    first[7] = 0;
    const { cost } = await adapt(ebpr({ steps: 11 }), { top: () => Promise.resolve(first) });
    assert.equal(cost.steps, 11);
    assert.equal(cost.finetuneRows, 22);
    assert.equal(cost.setupRows, 0);
  });

  it("says so when there is no pair to mine", async () => {
    const top: MethodContext["top"] = (windows) => Promise.resolve(targets(windows));
    await assert.rejects(adapt(ebpr(), { top }), (error) => {
      assert.ok(error instanceof MethodError);
      assert.match(
        error.message,
        new RegExp(
          `^Cannot mine pairs from F1: found ${slice.windows.count} windows, each with its target recommended first`,
        ),
      );
      return true;
    });
  });

  it("takes wrong items from the first place", async () => {
    const adapted = await adapt(ebpr({ steps: 200, learningRate: 0.01 }));
    const windows = slice.windows;
    const [before, after] = [await runs.context.top(windows, 1), await firstOf(adapted, windows)];
    const wrong = [...before.keys()].filter((row) => before[row] !== targetOf(windows, row));
    const still = wrong.filter((row) => after[row] === before[row]);
    assert.ok(wrong.length > 20 && still.length < wrong.length / 4, `${still.length} of ${wrong.length}`);
    const { values } = adapted.curves[0]!;
    assert.ok(values.at(-1)! < values[0]! / 2, `${values[0]} to ${values.at(-1)}`);
  });

  it("keeps the rows of the items it moved, and counts them alone", async () => {
    // One pair and one step: its context, its wrong item and the negatives drawn for it.
    const first = targets(slice.windows);
    const row = 4;
    const wrong = 1 + [...itemsOf(slice.windows, row)].reduce((a, b) => Math.max(a, b)) % 40;
    first[row] = wrong;
    const adapted = await adapt(ebpr({ steps: 1, negatives: 2 }), { top: () => Promise.resolve(first) });
    const files = await savedFiles(adapted);
    const { itemRows } = JSON.parse(new TextDecoder().decode(files["method.json"]!)) as { itemRows: number[] };
    const context = new Set(itemsOf(slice.windows, row).subarray(0, 5));
    assert.ok([...context, wrong].every((item) => itemRows.includes(item)), `${itemRows}`);
    assert.ok(itemRows.length > context.size + 1 && itemRows.length <= context.size + 3, `${itemRows}`);
    assert.deepEqual(itemRows, itemRows.toSorted((a, b) => a - b));
    assert.deepEqual([...decodeSafetensors(files["item_rows.safetensors"]!).delta!.shape], [itemRows.length, 8]);
    assert.equal(adapted.cost.parameters, itemRows.length * 8);
  });

  it("takes a budget's steps in place of its own", async () => {
    const { cost, curves } = await adapt(ebpr(), { budget: { steps: 7, rows: 1000, setupShare: 0.5 } });
    assert.deepEqual([cost.steps, cost.setupRows, curves[0]!.steps.at(-1)], [7, 0, 7]);
  });
});
