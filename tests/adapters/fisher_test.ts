import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type AdapterValues, type BankConfig, bankLayout, initialAdapter } from "../../src/adapters/bank.ts";
import { fisherInformation, type FisherSettings } from "../../src/adapters/fisher.ts";
import { bankScorer } from "../../src/adapters/scorer.ts";
import { drawNegatives } from "../../src/backbones/negatives.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, Rung, TensorMap } from "../../src/engine/types.ts";
import type { LossSpec } from "../../src/spec/types.ts";
import { randomWindows } from "../bench/made_up.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { itemsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

const ITEMS = 20;
/** More than are taken at once, and not a multiple of it. */
const WINDOWS = 35;
const TIME = 4;
const SEED = 7;
const backbone = sasrec({ items: ITEMS, maxLength: TIME, hidden: 8, blocks: 2, heads: 2, ffn: 16, layerNormEps: 1e-6 });
const bank: BankConfig = {
  rank: 2,
  alpha: 4,
  // Neither dropout is on while Fisher information is computed.
  dropout: 0.5,
  init: "kaiming",
  projections: backbone.projections,
  width: 8,
  itemRows: Int32Array.of(2, 5, 11),
  items: ITEMS,
};
const windows = randomWindows(WINDOWS, TIME, ITEMS);
const set = { purpose: "fisher test", windows };
const BCE: LossSpec = { kind: "bce", negatives: 2 };

/** An adapter with no zeros in it. */
function fullAdapter(config: BankConfig): AdapterValues {
  const { loraSize, rowsSize } = bankLayout(config);
  const [lora, rows] = [new Float32Array(loraSize), new Float32Array(rowsSize)];
  const draw = stream(1, "test adapter");
  draw.fillNormal(lora, 0.3);
  draw.fillNormal(rows, 0.3);
  return { lora, rows };
}

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`Fisher information on ${rung}`, { skip }, () => fisherTests(rung));
}

function fisherTests(rung: Rung): void {
  let engine: Engine, parameters: TensorMap;
  beforeAll(async () => {
    engine = await openEngine(rung);
    parameters = Object.fromEntries(
      Object.entries(backbone.initialise(3)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
    );
  });
  afterAll(() => {
    tf.dispose(parameters);
    engine.close();
  });

  const settings = (loss: LossSpec, config = bank): FisherSettings => ({
    engine,
    backbone,
    parameters,
    bank: config,
    training: { loss, epochs: 1, batch: 8, learningRate: 1, weightDecay: 1, clip: 1e-3, warmup: 0 },
    positions: "last",
    seed: SEED,
  });

  /** Loss of each window at its last position, from the scores inference gives. */
  function losses(loss: LossSpec, config: BankConfig, adapter: AdapterValues): number[] {
    const scorer = bankScorer(backbone, parameters, config, [adapter], windows, { first: new Int32Array(WINDOWS) });
    const rows = Int32Array.from({ length: WINDOWS }, (_, row) => row);
    const scores = tf.tidy(() => allScores(scorer, rows).dataSync());
    scorer.dispose();
    const softplus = (x: number) => Math.log1p(Math.exp(x));
    return Array.from(rows, (row) => {
      const own = itemsOf(windows, row);
      const score = (item: number) => scores[row * ITEMS + item - 1]!;
      const target = own[TIME]!;
      if (loss.kind === "cross-entropy") {
        const all = Array.from({ length: ITEMS }, (_, item) => Math.exp(score(item + 1)));
        return Math.log(all.reduce((sum, value) => sum + value)) - score(target);
      }
      const negatives = new Int32Array(loss.negatives);
      drawNegatives(stream(SEED, `negatives ${set.purpose}`, row), own, ITEMS, negatives);
      return softplus(-score(target)) + negatives.reduce((sum, item) => sum + softplus(score(item)), 0);
    });
  }

  /** The mean squared derivative by one number, by differences of the losses of the windows one by one. */
  function byDifferences(loss: LossSpec, config: BankConfig, part: "lora" | "rows", index: number): number {
    const at = (step: number) => {
      const adapter = fullAdapter(config);
      adapter[part][index]! += step;
      return losses(loss, config, adapter);
    };
    const step = 1e-2;
    const [above, below] = [at(step), at(-step)];
    return above.reduce((sum, value, row) => sum + ((value - below[row]!) / (2 * step)) ** 2, 0) / WINDOWS;
  }

  for (
    const [name, loss, config] of [
      ["binary cross-entropy", BCE, bank],
      ["binary cross-entropy without item rows", BCE, { ...bank, itemRows: new Int32Array(0) }],
      ["cross-entropy", { kind: "cross-entropy" }, bank],
      ["cross-entropy without item rows", { kind: "cross-entropy" }, { ...bank, itemRows: new Int32Array(0) }],
    ] as const
  ) {
    it(`is the mean of the squared derivatives of the windows' losses: ${name}`, async () => {
      const found = await fisherInformation(settings(loss, config), fullAdapter(config), set);
      for (const part of ["lora", "rows"] as const) {
        const size = found[part].length;
        const largest = Math.max(...found[part]);
        for (let k = 0; k < Math.min(size, 16); k++) {
          const index = Math.floor(k * size / 16);
          const wanted = byDifferences(loss, config, part, index);
          const off = Math.abs(found[part][index]! - wanted) / largest;
          assert.ok(off < 5e-3, `${part}[${index}]: ${found[part][index]}, by differences ${wanted}`);
        }
      }
    });
  }

  it("is zero for A while B is zero, and for nothing else of a fresh adapter", async () => {
    const { lora, rows } = await fisherInformation(settings(BCE), initialAdapter(bank, 1), set);
    for (const { projection, a, b } of bankLayout(bank).segments) {
      assert.ok(lora.subarray(a, b).every((value) => value === 0), `A of ${projection.name}`);
      const up = lora.subarray(b, b + bank.rank * projection.outputs);
      assert.ok(up.some((value) => value > 0), `B of ${projection.name}`);
    }
    assert.ok(rows.some((value) => value > 0));
  });

  it("is zero on an empty set, and tells how far it is", async () => {
    const none = await fisherInformation(settings(BCE), fullAdapter(bank), {
      ...set,
      windows: randomWindows(0, TIME, ITEMS),
    });
    assert.ok([...none.lora, ...none.rows].every((value) => value === 0));
    const told: number[][] = [];
    const onWindows = (done: number, total: number) => void told.push([done, total]);
    await fisherInformation({ ...settings(BCE), onWindows }, fullAdapter(bank), set);
    assert.deepEqual(told, [[32, 35], [35, 35]]);
  });

  it("leaves nothing on the device, nor when it is stopped", async () => {
    const before = tf.memory().numTensors;
    await fisherInformation(settings(BCE), fullAdapter(bank), set);
    assert.equal(tf.memory().numTensors, before);
    const onWindows = () => {
      throw new RangeError("stopped");
    };
    await assert.rejects(fisherInformation({ ...settings(BCE), onWindows }, fullAdapter(bank), set), /stopped/);
    assert.equal(tf.memory().numTensors, before);
  });
}
