import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { windowRows } from "../../src/backbones/training_rows.ts";
import { allRows, joinRows } from "../../src/data/rows.ts";
import type { Slice, Windows } from "../../src/data/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import { assertNear, entry, itKeepsPromises, type MethodRuns, openRuns, savedFiles } from "./method_runs.ts";
import { itemsOf, targetOf } from "../../src/data/window_rows.ts";

describe("lsat", () => {
  let runs: MethodRuns;
  let first: Slice;
  beforeAll(async () => {
    runs = await openRuns();
    first = runs.context.data.finetune[0]!;
  });
  afterAll(() => runs.close());

  const lsat = (options: Record<string, unknown> = {}) => entry("lsat", { longEpochs: 1, shortEpochs: 2, ...options });
  const adapt = (options: Record<string, unknown> = {}, more: Partial<MethodContext> = {}, slice = first) =>
    createMethod(lsat(options)).adapt(undefined, slice, { ...runs.context, ...more });
  /** What is saved of one of the two adapters. */
  const part = async (adapted: Adapted, name: string) =>
    Object.entries(await savedFiles(adapted)).filter(([path]) => path.startsWith(`${name}/`));
  const half = (windows: Windows): Windows =>
    joinRows([{ windows, rows: allRows(windows.count).filter((row) => row % 2 === 0) }]);
  const rowsOf = async (adapted: Adapted): Promise<{ itemRows: number[]; longRows: number[] }> =>
    JSON.parse(new TextDecoder().decode((await savedFiles(adapted))["method.json"]!));
  const targets = ({ windows }: Slice): number[] =>
    [
      ...new Set(Array.from({ length: windows.count }, (_, row) => targetOf(windows, row))),
    ].sort((a, b) => a - b);

  itKeepsPromises(() => runs, lsat());

  it("scores alpha long + (1 - alpha) short", async () => {
    const scores = async (alpha: number) => runs.scores(await adapt({ alpha }));
    const [long, short] = [await scores(1), await scores(0)];
    assert.notDeepEqual(long, short);
    assertNear(await scores(0.6), long.map((score, i) => 0.6 * score + 0.4 * short[i]!));
  });

  it("trains the long adapter on S alone, the short one on F alone", async () => {
    const { data } = runs.context;
    const whole = await adapt();
    const lessF = await adapt({}, {}, { ...first, windows: half(first.windows) });
    assert.deepEqual(await part(lessF, "long"), await part(whole, "long"));
    assert.notDeepEqual(await part(lessF, "short"), await part(whole, "short"));
    const setup = { ...data.setup, windows: half(data.setup.windows) };
    const lessS = await adapt({}, { data: { ...data, setup } });
    assert.deepEqual(await part(lessS, "short"), await part(whole, "short"));
    assert.notDeepEqual(await part(lessS, "long"), await part(whole, "long"));
  });

  it("counts a pass over S and two over F, in steps of each adapter's own", async () => {
    const { data, backbone: { projections, width } } = runs.context;
    const { cost, curves } = await adapt();
    const [setup, finetune] = [data.setup.windows.count, first.windows.count];
    const lora = projections.reduce((sum, { inputs, outputs }) => sum + 2 * (inputs + outputs), 0);
    assert.deepEqual(cost, {
      steps: Math.ceil(setup / 32) + 2 * Math.ceil(finetune / 32),
      finetuneRows: 2 * finetune,
      setupRows: setup,
      parameters: 2 * lora + targets(first).length * width,
    });
    assert.deepEqual(curves.map(({ name }) => name), ["lsat long F1", "lsat short F1"]);
  });

  it('trains the long adapter on the backbone\'s own rows with rows "backbone", at every position', async () => {
    const { data } = runs.context;
    const windows = half(data.setup.windows);
    const authors = await adapt({ rows: "backbone" }, { setupRows: () => windowRows(windows) });
    const everywhere = { lora: { training: { positions: "all" } } };
    const same = await adapt(everywhere, { data: { ...data, setup: { ...data.setup, windows } } });
    assert.deepEqual(await part(authors, "long"), await part(same, "long"));
    assert.notDeepEqual(await part(authors, "short"), await part(same, "short"));
    assert.equal(authors.cost.setupRows, windows.count);
  });

  it("takes the slice before as history with a later slice, and reads no row of S for it", async () => {
    const { data } = runs.context;
    const second = data.finetune[1]!;
    const withoutSetup = {
      ...data,
      get setup(): Slice {
        throw new Error("S was read");
      },
    };
    const later = await createMethod(lsat()).adapt(await adapt(), second, { ...runs.context, data: withoutSetup });
    assert.equal(later.cost.setupRows, 0);
    assert.equal(later.cost.finetuneRows, first.windows.count + 2 * second.windows.count);
  });

  it("gives item rows to the targets of the F slices an adapter trains on", async () => {
    const [one, two] = await runs.adaptAll(lsat());
    const [before, after] = runs.context.data.finetune.map(targets) as [number[], number[]];
    const saved = await rowsOf(one!);
    assert.deepEqual([saved.longRows, saved.itemRows], [[], before]);
    const further = await rowsOf(two!);
    const both = [...new Set([...before, ...after])].sort((a, b) => a - b);
    assert.deepEqual([further.longRows, further.itemRows], [before, both]);
  });

  it("lets the short adapter's item rows count for the long one only where rows are shared", async () => {
    const scores = async (itemRows: string, slice: Slice) =>
      runs.scores(await adapt({ alpha: 1, lora: { itemRows } }, {}, slice));
    const less = { ...first, windows: half(first.windows) };
    assert.deepEqual(await scores("finetune-targets", less), await scores("finetune-targets", first));
    assert.notDeepEqual(await scores("shared", less), await scores("shared", first));
    const later = (await runs.adaptAll(lsat({ lora: { itemRows: "shared" } })))[1]!;
    assert.deepEqual((await rowsOf(later)).longRows, []);
  });

  it("recommends nothing that the context holds", async () => {
    const { windows } = runs.context.data.test;
    const scorer = await (await adapt()).scorer(windows);
    const { top } = await rankWindows(runs.context.engine, scorer, windows, { batch: 64, top: 5 });
    scorer.dispose();
    for (let row = 0; row < windows.count; row++) {
      const context = new Set(itemsOf(windows, row).subarray(0, windows.context));
      const listed = top.subarray(row * 5, row * 5 + 5);
      assert.ok(listed.every((item) => item > 0 && !context.has(item)), `window ${row}: ${listed}`);
    }
  });

  it("divides a budget's steps as the yardstick's rows are divided", async () => {
    const { cost, curves } = await adapt({}, { budget: { steps: 10, rows: 1000, setupShare: 0.72 } });
    assert.equal(cost.steps, 10);
    assert.deepEqual(curves.map(({ steps }) => steps.at(-1)), [7, 3]);
    const none = await adapt({}, { budget: { steps: 10, rows: 1000, setupShare: 0 } });
    assert.deepEqual(none.curves.map(({ name, steps }) => [name, steps.at(-1)]), [["lsat short F1", 10]]);
    assert.equal(none.cost.setupRows, 0);
  });
});
