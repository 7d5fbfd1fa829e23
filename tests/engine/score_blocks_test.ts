/** Memory for scores is a matter of how many blocks are there at a time: no bit of a loss, a gradient or a rank depends on it. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { frozenScorer } from "../../src/adapters/scorer.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { blockedCrossEntropy, blockedDivergence } from "../../src/engine/nn/mod.ts";
import type { RowBlocks } from "../../src/engine/nn/score_blocks.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { benchParameters, randomWindows } from "../bench/made_up.ts";
import { rungsHere } from "./rungs_here.ts";

const ROWS = 40;
const ITEMS = 300;
const WIDTH = 16;

const drawn = (purpose: string, rows: number): Tensor2D => {
  const draw = stream(3, purpose);
  return tf.tensor2d(Float32Array.from({ length: rows * WIDTH }, () => draw.normal()), [rows, WIDTH]);
};

type Loss = (given: TensorMap, blocks: RowBlocks) => Tensor;

const crossEntropy: Loss = ({ states, rows, targets, weights }, blocks) =>
  blockedCrossEntropy(states as Tensor2D, rows as Tensor2D, targets as Tensor1D, weights as Tensor1D, blocks);

const divergence: Loss = ({ states, rows, teacher, weights }, blocks) =>
  blockedDivergence(
    { states: states as Tensor2D, rows: rows as Tensor2D },
    { states: teacher as Tensor2D, rows: rows as Tensor2D },
    weights as Tensor1D,
    2,
    blocks,
  );

for (const rung of ["tensorflow", "wasm"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`blocks of scores on ${rung}`, { skip }, () => {
    let engine: Engine, given: TensorMap;
    beforeAll(async () => {
      engine = await openEngine(rung);
      const draw = stream(3, "targets");
      given = {
        states: drawn("states", ROWS),
        rows: drawn("rows", ITEMS),
        teacher: drawn("teacher", ROWS),
        targets: tf.tensor1d(Int32Array.from({ length: ROWS }, () => draw.integer(ITEMS)), "int32"),
        weights: tf.fill([ROWS], 1 / ROWS),
      };
    });
    afterAll(() => {
      tf.dispose(given);
      engine.close();
    });

    /** Loss and gradients of a compiled step, all bits. */
    const learnt = (loss: Loss, blocks: RowBlocks, names = ["states", "rows"]): number[][] => {
      const step = engine.compile((inputs: TensorMap) => {
        const trained = Object.fromEntries(names.map((name) => [name, inputs[name]!]));
        const { value, grads } = valueAndGrads((values) => loss({ ...inputs, ...values }, blocks), trained);
        const outputs: TensorMap = { value, ...grads };
        return { outputs };
      }, { name: "blocks" });
      const outputs = step.run(given);
      const values = ["value", ...names].map((name) => [...outputs[name]!.dataSync()]);
      tf.dispose(outputs);
      step.dispose();
      return values;
    };

    for (const [name, loss] of [["cross-entropy", crossEntropy], ["divergence", divergence]] as const) {
      it(`give the same ${name} and gradients however many are held, and leave no tensor behind`, () => {
        const one = learnt(loss, { blockRows: 2, held: 1 });
        const before = tf.memory().numTensors;
        for (const held of [2, 7, 100]) assert.deepEqual(learnt(loss, { blockRows: 2, held }), one, `${held}`);
        const frozen = learnt(loss, { blockRows: 2, held: 3, frozenRows: true }, ["states"]);
        assert.deepEqual(frozen, one.slice(0, 2));
        assert.equal(tf.memory().numTensors, before);
      });
    }

    it("rank windows the same in whatever blocks the catalogue comes", async () => {
      const sizes = { items: ITEMS, maxLength: 5, hidden: WIDTH, blocks: 1, heads: 2, ffn: 32, layerNormEps: 1e-6 };
      const backbone = sasrec(sizes);
      const parameters = benchParameters(backbone);
      const windows = randomWindows(50, 5, ITEMS);
      const scorer = frozenScorer(backbone, parameters, windows);
      const ranks = (blockItems?: number, held = 1) =>
        rankWindows(engine, scorer, windows, { batch: 16, top: 20, held, blockItems });
      const whole = await ranks();
      // Of 300 items blocks of 13 leave one, which is no block of its own.
      for (const [items, held] of [[150, 1], [64, 1], [64, 3], [13, 1], [13, 50]] as const) {
        assert.deepEqual(await ranks(items, held), whole, `${held} blocks of ${items}`);
      }
      tf.dispose(parameters);
    });
  });
}

describe(
  "blockedDivergence()",
  { skip: rungsHere().includes("tensorflow") ? false : "tensorflow is not set up" },
  () => {
    it("adds the blocks' gradients up as TensorFlow's AddN does", async () => {
      const engine = await openEngine("tensorflow");
      const [states, rows, teacher] = [drawn("states", 20), drawn("rows", 30), drawn("teacher", 20)];
      for (const count of [1, 7, 8, 9, 10, 16, 17, 20]) {
        tf.tidy(() => {
          const byRows = (from: number, size: number, blocks: RowBlocks) => {
            const part = (x: Tensor) => tf.slice(x, [from, 0], [size, WIDTH]);
            const rest = { states: part(states), teacher: part(teacher), weights: tf.ones([size]) };
            return valueAndGrads((values) => divergence({ ...rest, ...values }, blocks), { rows }).grads.rows!;
          };
          const each = Array.from({ length: count }, (_, row) => byRows(row, 1, {}));
          const expected = each.length === 1 ? each[0]! : tf.addN(each);
          assert.deepEqual(byRows(0, count, { blockRows: 1 }).dataSync(), expected.dataSync(), `${count} blocks`);
        });
      }
      tf.dispose([states, rows, teacher]);
      engine.close();
    });
  },
);
