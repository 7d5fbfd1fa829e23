import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type AdapterValues, type BankConfig, initialAdapter, selectProjections } from "../../src/adapters/bank.ts";
import { ConstantLayers } from "../../src/adapters/constant_layers.ts";
import { tableLayout } from "../../src/adapters/row_tables.ts";
import { bankScorer } from "../../src/adapters/scorer.ts";
import { trainAdapters } from "../../src/adapters/train.ts";
import type { Backbone, Parameters } from "../../src/backbones/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { madeUpModel } from "../backbones/llama/made_up_model.ts";
import { someParameters } from "../backbones/made_up.ts";
import { assertClose } from "../conformance/close.ts";
import { itemsOf, windowsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

const draw = stream(1, "test windows");
const windows = windowsOf({
  context: 3,
  users: Int32Array.from({ length: 12 }, (_, row) => row % 5),
  items: Int32Array.from({ length: 48 }, () => 1 + draw.integer(9)),
  times: new Float64Array(48),
});

describe("layers below the first adapted one", () => {
  let engine: Engine, model: Backbone, parameters: Parameters, constant: ConstantLayers;
  let passes = 0;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    const made = madeUpModel();
    model = {
      ...made,
      constant: {
        layers: (projections) => made.constant!.layers(projections),
        states: (...given) => {
          passes++;
          return made.constant!.states(...given);
        },
      },
    };
    parameters = someParameters(model);
    constant = new ConstantLayers(engine, model, parameters);
  });
  afterAll(() => {
    constant.dispose();
    tf.dispose(parameters);
    engine.close();
  });

  const bankOf = (targets: readonly string[], itemRows: readonly number[] = []): BankConfig => ({
    ...tableLayout(model),
    ...{ rank: 2, alpha: 4, dropout: 0, init: "kaiming" },
    projections: selectProjections(model.projections, targets),
    itemRows: Int32Array.from(itemRows),
  });

  const train = async (backbone: Backbone, bank: BankConfig): Promise<AdapterValues> => {
    const loss = { kind: "cross-entropy" } as const;
    const training = { loss, epochs: 3, batch: 4, learningRate: 0.01, weightDecay: 0, clip: 1, warmup: 0 };
    const steps = new Map();
    const { adapters } = await trainAdapters(
      {
        ...{ engine, backbone, parameters, bank, training, steps, positions: "last", itemRate: 1, anchor: 0 },
        ...{ backboneDropout: 0, seed: 1 },
      },
      [{ purpose: "test", windows }],
      [initialAdapter(bank, 1)],
    );
    for (const step of steps.values()) step.dispose();
    return adapters[0]!;
  };
  const scores = (backbone: Backbone, bank: BankConfig, adapter: AdapterValues) => {
    const scorer = bankScorer(backbone, parameters, bank, [adapter], windows, { first: new Int32Array(12) });
    const values = tf.tidy(() => {
      const rows = Int32Array.from({ length: 12 }, (_, row) => row);
      return allScores(scorer, rows).dataSync();
    });
    scorer.dispose();
    return values;
  };

  it("train and score to the same numbers where their states are looked up, and are computed once", async () => {
    const bank = bankOf(["2.self_attn.q_proj", "2.self_attn.v_proj", "2.mlp.down_proj"]);
    const under = constant.under(bank);
    passes = 0;
    const adapter = await train(under, bank);
    assert.equal(passes, 3, "a pass for each of the first epoch's batches");
    assertClose(adapter.lora, (await train(model, bank)).lora, 1e-4, "adapter");
    assertClose(scores(under, bank, adapter), scores(model, bank, adapter), 1e-5, "scores");
    assert.equal(passes, 3, "none for what has been seen");
    const different = new Set(
      Array.from({ length: 12 }, (_, row) => `${row % 5}:${itemsOf(windows, row).subarray(0, 3)}`),
    );
    assert.equal(constant.size, different.size);
  });

  it("are none where the lowest layer has an adapter, or item rows train", () => {
    assert.equal(constant.under(bankOf(["q_proj"])), model);
    assert.equal(constant.under(bankOf(["2.self_attn.q_proj"], [1])), model);
  });

  it("are computed anew where no more states may be kept", () => {
    const none = new ConstantLayers(engine, model, parameters, 0);
    const bank = bankOf(["2.self_attn.q_proj"]);
    const adapter = initialAdapter(bank, 1);
    passes = 0;
    assertClose(scores(none.under(bank), bank, adapter), scores(model, bank, adapter), 1e-5, "scores");
    scores(none.under(bank), bank, adapter);
    assert.deepEqual([passes, none.size], [2, 0]);
    none.dispose();
  });
});
