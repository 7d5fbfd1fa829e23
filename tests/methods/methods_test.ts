import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Windows } from "../../src/data/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import { inMemory } from "../../src/regions/mod.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import { smallContext, smallSpec } from "./small_context.ts";
import { allScores } from "../all_scores.ts";

describe("methods", () => {
  let engine: Engine, context: MethodContext & { close(): void };
  beforeAll(async () => {
    engine = await openEngine("wasm");
    context = await smallContext(engine, smallSpec());
  });
  afterAll(() => {
    context.close();
    engine.close();
  });

  const entry = (kind: string, more: Record<string, unknown> = {}, regions: Record<string, unknown> = {}): MethodSpec =>
    smallSpec({ methods: [{ kind, ...more }] }, regions).methods[0]!;
  const scores = async (adapted: Adapted, windows: Windows): Promise<number[]> => {
    const scorer = await adapted.scorer(windows);
    const rows = Int32Array.from({ length: Math.min(8, windows.count) }, (_, row) => row);
    const values = Array.from(tf.tidy(() => allScores(scorer, rows).dataSync()));
    scorer.dispose();
    return values;
  };
  /** Adapts to every F slice in turn. */
  const adaptAll = async (spec: MethodSpec): Promise<Adapted[]> => {
    const method = createMethod(spec);
    const states: Adapted[] = [];
    for (const slice of context.data.finetune) states.push(await method.adapt(states.at(-1), slice, context));
    return states;
  };
  const windows = () => context.data.test.windows;

  it("base adapts nothing", async () => {
    const [first, second] = await adaptAll(entry("base"));
    assert.deepEqual(await scores(first!, windows()), await scores(second!, windows()));
    assert.equal(first!.cost.steps, 0);
  });

  it("raie says which regions came out empty, where sequences are too much alike for so many", async () => {
    const alike: MethodContext = {
      ...context,
      represent: (windows) => Promise.resolve(inMemory(new Float32Array(4 * windows.count).fill(0.5), 4)),
    };
    const adapted = await createMethod(entry("raie")).adapt(undefined, context.data.finetune[0]!, alike);
    const notes = adapted.regions!.notes.join("\n");
    assert.match(notes, /^S: built on a single sequence: R\d, R\d; S holds fewer groups than regions\.k$/m);
    assert.match(notes, /^F1: no sequence is routed to R\d, R\d$/m);
  });

  for (
    const [name, spec] of Object.entries<() => MethodSpec>({
      "lora": () => entry("lora"),
      "lora without item rows": () => entry("lora", { lora: { itemRows: "none" } }),
      "raie": () => entry("raie"),
      "raie with one region": () => entry("raie", {}, { k: 1 }),
      "raie with the posterior gate, rounded copies, merging and members' replay": () =>
        entry("raie", {
          regions: { gate: { kind: "posterior" }, softCopies: "rounded", merge: true, replayFrom: "members" },
        }),
      "raie with soft routing, all regions in one pass": () =>
        entry("raie", { regions: { routing: "soft", pass: "together" } }),
      "raie with shared item rows": () => entry("raie", { lora: { itemRows: "shared" } }),
      "raie without any editing": () =>
        entry("raie", {}, { poolMin: undefined, update: false, expand: false, add: false }),
    })
  ) {
    it(`${name} changes scores with every slice, leaves the backbone alone, and loads as it was saved`, async () => {
      const before = Object.values(context.parameters).map((tensor) => Array.from(tensor.dataSync()));
      const states = await adaptAll(spec());
      const base = (await adaptAll(entry("base")))[0]!;
      const [first, second] = states as [Adapted, Adapted];
      assert.notDeepEqual(await scores(first, windows()), await scores(base, windows()));
      assert.notDeepEqual(await scores(second, windows()), await scores(first, windows()));
      assert.deepEqual(Object.values(context.parameters).map((tensor) => Array.from(tensor.dataSync())), before);
      const folder = await Deno.makeTempDir();
      try {
        await second.save(folder);
        const loaded = await createMethod(spec()).load(folder, context);
        const [a, b] = [await scores(second, windows()), await scores(loaded, windows())];
        a.forEach((score, i) => assert.ok(Math.abs(score - b[i]!) < 1e-5, `${score} and ${b[i]}`));
        assert.deepEqual(loaded.cost, second.cost);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }

  it("gives the same bits for the same seed", async () => {
    const run = async () => scores((await adaptAll(entry("raie"))).at(-1)!, windows());
    assert.deepEqual(await run(), await run());
  });

  it("raie writes one PEFT directory for each region and one for the default adapter", async () => {
    const [state] = await adaptAll(entry("raie"));
    const folder = await Deno.makeTempDir();
    try {
      await state!.save(folder);
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      const regions = state!.regions!.after.count;
      const others = ["default", "members.safetensors", "method.json"];
      assert.deepEqual(names, [...others, ...Array.from({ length: regions }, (_, k) => `region-${k + 1}`)].sort());
      const config = JSON.parse(await Deno.readTextFile(join(folder, "region-1", "adapter_config.json")));
      assert.equal(config.peft_type, "LORA");
      assert.ok(config.trainable_token_indices.item_emb.length > 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  it("raie keeps each region's item rows apart, and shares them only when told to", async () => {
    const rows = async (itemRows: string) => {
      const [state] = await adaptAll(entry("raie", { lora: { itemRows } }));
      return (state as unknown as { state: { adapters: { rows: Float32Array }[] } }).state.adapters.map(({ rows }) =>
        rows
      );
    };
    const own = await rows("finetune-targets");
    assert.ok(own.length > 1);
    assert.notDeepEqual(own[0], own[1]);
    const shared = await rows("shared");
    assert.deepEqual(shared[0], shared[1]);
  });

  it("rankWindows() gives the same ranks for any batch size", async () => {
    const [state] = await adaptAll(entry("raie"));
    const ranks = async (batch: number) => {
      const scorer = await state!.scorer(windows());
      try {
        return await rankWindows(engine, scorer, windows(), { batch, top: 5 });
      } finally {
        scorer.dispose();
      }
    };
    const one = await ranks(7);
    const all = await ranks(512);
    assert.deepEqual(one.greater, all.greater);
    assert.deepEqual(one.top, all.top);
  });
});
