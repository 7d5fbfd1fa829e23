import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import {
  adapterHook,
  type AdapterValues,
  type BankConfig,
  bankLayout,
  initialAdapter,
  rowPlaces,
  stackRows,
} from "../../src/adapters/bank.ts";
import { fromPeft, toPeft } from "../../src/adapters/peft.ts";
import { peftConfig } from "../../src/adapters/peft_config.ts";
import { bankScorer, frozenScorer } from "../../src/adapters/scorer.ts";
import { trainAdapters } from "../../src/adapters/train.ts";
import { WeightsError } from "../../src/adapters/weights_error.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { stream } from "../../src/engine/random.ts";
import { assertClose } from "../conformance/close.ts";
import { randomWindows } from "../bench/made_up.ts";
import { allScores } from "../all_scores.ts";

const ITEMS = 20;
const backbone = sasrec({ items: ITEMS, maxLength: 4, hidden: 8, blocks: 2, heads: 2, ffn: 16, layerNormEps: 1e-6 });
const bank: BankConfig = {
  rank: 2,
  alpha: 4,
  dropout: 0,
  init: "kaiming",
  projections: backbone.projections,
  width: 8,
  itemRows: Int32Array.of(2, 5, 11),
  items: ITEMS,
};
const layout = bankLayout(bank);
const windows = randomWindows(12, 4, ITEMS);

/** An adapter with no zeros in it. */
function fullAdapter(seed: number): AdapterValues {
  const lora = new Float32Array(layout.loraSize);
  const rows = new Float32Array(layout.rowsSize);
  const draw = stream(seed, "test adapter");
  draw.fillNormal(lora, 0.3);
  draw.fillNormal(rows, 0.3);
  return { lora, rows };
}

describe("a LoRA bank", () => {
  let engine: Engine, parameters: TensorMap;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    parameters = Object.fromEntries(
      Object.entries(backbone.initialise(3)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
    );
  });
  afterAll(() => {
    tf.dispose(parameters);
    engine.close();
  });

  const scoresOf = (scorer: ReturnType<typeof frozenScorer>, rows = Int32Array.from({ length: 12 }, (_, row) => row)) =>
    Array.from(tf.tidy(() => allScores(scorer, rows).dataSync()));
  const routed = (adapters: AdapterValues[], routing: Parameters<typeof bankScorer>[5]) =>
    bankScorer(backbone, parameters, bank, adapters, windows, routing);

  it("changes nothing while B and row deltas are zero", () => {
    const scorer = routed([initialAdapter(bank, 1)], { first: new Int32Array(12) });
    assertClose(scoresOf(scorer), scoresOf(frozenScorer(backbone, parameters, windows)), 1e-6, "scores");
  });

  it("computes W x + (alpha / r) B A x, as a hand computation with explicit matrices", () => {
    const one: BankConfig = {
      ...bank,
      projections: [{ name: "p", inputs: 2, outputs: 2 }],
      itemRows: new Int32Array(0),
      rank: 1,
      alpha: 3,
    };
    // A = [1 2]; B = [5, 7] (as a column): B A x for x = (1, 1) is 3 * (5, 7); times alpha / r = 3.
    const low = tf.tidy(() => {
      const hook = adapterHook(one, bankLayout(one), tf.tensor2d([[1, 2, 5, 7]]), undefined, {
        weights: tf.ones([1, 1]),
        sequenceRows: [],
      });
      const { inner, up } = hook.lowRank(["p"], tf.tensor2d([[1, 1]]))[0]!;
      return Array.from(tf.matMul(inner as tf.Tensor2D, up as tf.Tensor2D).dataSync());
    });
    assert.deepEqual(low, [45, 63]);
  });

  it("lets one batch mix adapters: each row scores as with its own adapter alone", () => {
    const adapters = [fullAdapter(1), fullAdapter(2), fullAdapter(3)];
    const first = Int32Array.from({ length: 12 }, (_, row) => row % 3);
    const mixed = scoresOf(routed(adapters, { first }));
    adapters.forEach((adapter, k) => {
      const alone = scoresOf(routed([adapter], { first: new Int32Array(12) }));
      for (let row = 0; row < 12; row++) {
        if (row % 3 === k) {
          assertClose(
            mixed.slice(row * ITEMS, (row + 1) * ITEMS),
            alone.slice(row * ITEMS, (row + 1) * ITEMS),
            1e-5,
            `row ${row}`,
          );
        }
      }
    });
  });

  it("mixes two adapters softly: shares of 1 and 0 are the adapters themselves", () => {
    const adapters = [fullAdapter(1), fullAdapter(2)];
    const zeros = new Int32Array(12);
    const ones = new Int32Array(12).fill(1);
    const soft = (share: number) =>
      scoresOf(routed(adapters, { first: zeros, second: ones, share: new Float32Array(12).fill(share) }));
    assertClose(soft(1), scoresOf(routed(adapters, { first: zeros })), 1e-5, "all first");
    assertClose(soft(0), scoresOf(routed(adapters, { first: ones })), 1e-5, "all second");
    assert.notDeepEqual(soft(0.5), soft(1));
  });

  it("keeps an adapter's item rows to itself: the shared table stays as it was", () => {
    const before = Array.from(parameters[backbone.itemTable]!.dataSync());
    const scorer = routed([fullAdapter(1)], { first: new Int32Array(12) });
    scoresOf(scorer);
    scorer.dispose();
    assert.deepEqual(Array.from(parameters[backbone.itemTable]!.dataSync()), before);
  });

  it("places an item's row below a zero row, adapter after adapter", () => {
    const places = rowPlaces(layout, 3, Int32Array.of(1, 2, 5, 11), () => 1);
    assert.deepEqual([...places], [0, 4, 5, 6]);
    const stacked = tf.tidy(() => stackRows(tf.tensor2d([[1, 2], [3, 4]]), 2).arraySync());
    assert.deepEqual(stacked, [[0, 0], [1, 2], [3, 4]]);
  });

  for (
    const loss of [{ kind: "cross-entropy" }, { kind: "sampled-softmax", negatives: 3 }, {
      kind: "gbce",
      negatives: 3,
      t: 0.75,
    }] as const
  ) {
    it(`lowers ${loss.kind} at every position`, async () => {
      const set = { purpose: "set", windows: randomWindows(16, 4, ITEMS) };
      const trained = await trainAdapters(
        {
          engine,
          backbone,
          parameters,
          bank,
          training: { loss, epochs: 40, batch: 16, learningRate: 0.03, weightDecay: 0, clip: null, warmup: 0 },
          positions: "all",
          itemRate: 1,
          anchor: 0,
          backboneDropout: 0,
          steps: new Map(),
          seed: 9,
        },
        [set],
        [initialAdapter(bank, 1)],
      );
      const { values } = trained.curves[0]!;
      // Negatives are drawn anew at every step, so single losses are noisy.
      const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
      const [early, late] = [mean(values.slice(0, 5)), mean(values.slice(-5))];
      assert.ok(late < 0.95 * early, `${early} to ${late}`);
    });
  }
});

describe("PEFT tensors of an adapter", () => {
  const table = new Float32Array((ITEMS + 1) * 8).map((_, i) => i / 100);

  it("read back as the adapter they were made from", () => {
    const adapter = fullAdapter(4);
    const back = fromPeft(bank, toPeft(bank, adapter, [{ module: "item_emb", values: table }]), [{
      module: "item_emb",
      values: table,
    }], "test");
    assert.deepEqual(back.lora, adapter.lora);
    assertClose(back.rows, adapter.rows, 1e-6, "rows");
  });

  it("hold B as [out, r] and the trained rows' values under PEFT's names", () => {
    const adapter = fullAdapter(4);
    const tensors = toPeft(bank, adapter, [{ module: "item_emb", values: table }]);
    const name = "base_model.model.blocks.0.linear1";
    assert.deepEqual(tensors[`${name}.lora_A.weight`]!.shape, [2, 8]);
    assert.deepEqual(tensors[`${name}.lora_B.weight`]!.shape, [16, 2]);
    const { b } = layout.segments.find(({ projection }) => projection.name === "blocks.0.linear1")!;
    // B[3, 1] lies at row 1, column 3 of the bank's [rank, outputs].
    assert.equal(tensors[`${name}.lora_B.weight`]!.values[3 * 2 + 1], adapter.lora[b + 16 + 3]);
    const rows = tensors["base_model.model.item_emb.token_adapter.trainable_tokens_delta"]!;
    assert.deepEqual(rows.shape, [3, 8]);
    assert.ok(Math.abs(rows.values[8]! - (adapter.rows[8]! + table[5 * 8]!)) < 1e-6);
    assert.deepEqual(peftConfig(bank, ["item_emb"]).trainable_token_indices, { item_emb: [2, 5, 11] });
  });

  it("are refused by name when one is missing, of another shape, or too many", () => {
    const tensors = toPeft(bank, fullAdapter(4), [{ module: "item_emb", values: table }]);
    const name = "base_model.model.blocks.1.q_proj.lora_A.weight";
    const { [name]: _gone, ...missing } = tensors;
    const load = (given: typeof tensors) => () =>
      fromPeft(bank, given, [{ module: "item_emb", values: table }], "test");
    const saying = (words: RegExp) => (error: Error) => error instanceof WeightsError && words.test(error.message);
    assert.throws(load(missing), saying(/q_proj\.lora_A.*missing/));
    assert.throws(
      load({ ...tensors, [name]: { shape: [1], values: Float32Array.of(1) } }),
      saying(/q_proj.*\[1\], wanted float32 \[2,8\]/),
    );
    assert.throws(
      load({ ...tensors, more: { shape: [1], values: Float32Array.of(1) } }),
      saying(/unexpected tensor "more"/),
    );
  });
});
