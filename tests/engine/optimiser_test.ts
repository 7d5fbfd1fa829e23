import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { adamwInit, adamwUpdate } from "../../src/engine/adamw.ts";
import { clipByGlobalNorm, globalNorm } from "../../src/engine/clip.ts";
import { flatten, layoutOf, unflatten } from "../../src/engine/flat.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Decay, scheduledRate } from "../../src/engine/schedule.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rungsHere } from "./rungs_here.ts";
import fixtures from "../fixtures/engine/optimiser.json" with { type: "json" };

const tensor = ({ shape, values }: { shape: number[]; values: number[] }) => tf.tensor(values, shape, "float32");

function close(found: Tensor, expected: readonly number[], tolerance: number): void {
  found.dataSync().forEach((value, i) => {
    assert.ok(
      Math.abs(value - expected[i]!) <= tolerance * Math.max(1, Math.abs(expected[i]!)),
      `${value}, PyTorch gives ${expected[i]}`,
    );
  });
}

describe("scheduledRate()", () => {
  for (const { rate, total, warmup, decay, rates } of fixtures.schedules) {
    it(`gives the rates of transformers: ${decay}, ${total} steps, warm-up ${warmup}`, () => {
      rates.forEach((expected, index) => {
        assert.ok(
          Math.abs(scheduledRate(rate, index, total, warmup, decay as Decay) - expected) < 1e-15,
          `step ${index}`,
        );
      });
    });
  }
  it("refuses a warm-up that is no share and a step that is not there", () => {
    assert.throws(() => scheduledRate(1, 0, 10, 5), RangeError);
    assert.throws(() => scheduledRate(1, 10, 10, 0), RangeError);
  });
});

for (const rung of rungsHere()) {
  describe(`the optimiser on ${rung}`, () => {
    let engine: Engine;
    before(async () => engine = await openEngine(rung));
    after(() => engine.close());

    for (const { decay, rates, start, gradients, values } of fixtures.adamw) {
      it(`takes torch.optim.AdamW's steps with decay ${decay}`, () => {
        let state: { params: Tensor; m: Tensor; v: Tensor } = { params: tensor(start), ...adamwInit(7) };
        gradients.forEach((gradient, index) => {
          const settings = { count: tf.scalar(index + 1), learningRate: tf.scalar(rates[index]!), weightDecay: decay };
          state = adamwUpdate({ ...state, grads: tensor(gradient), ...settings });
          close(state.params, values[index]!.values, 2e-6);
        });
      });
    }

    it("takes a rate for each element, and counts for each row", () => {
      const grads = tf.tensor2d([[1, -2], [3, 4]]);
      const params = tf.zeros([2, 2]);
      const common = { params, grads, m: tf.zeros([2, 2]), v: tf.zeros([2, 2]), weightDecay: 0 };
      // The first step of Adam is the rate times the gradient's sign.
      const each = adamwUpdate({ ...common, count: tf.scalar(1), learningRate: tf.tensor2d([[1, 2], [3, 0]]) });
      close(each.params, [-1, 2, -3, 0], 1e-6);
      const rows = adamwUpdate({ ...common, count: tf.tensor2d([[1], [0]]), learningRate: tf.tensor2d([[1], [0]]) });
      close(rows.params, [-1, 1, 0, 0], 1e-6);
    });

    it("leaves a row that was never due where it is", () => {
      const zero = tf.zeros([1, 2]);
      const { params } = adamwUpdate({
        ...{ params: zero, grads: zero, m: zero, v: zero, weightDecay: 0.1 },
        ...{ count: tf.tensor2d([[0]]), learningRate: tf.tensor2d([[1]]) },
      });
      assert.deepEqual([...params.dataSync()].map(Math.abs), [0, 0]);
    });

    for (const { maxNorm, before, norm, after } of fixtures.clip) {
      it(`clips a norm of ${norm.toFixed(2)} to ${maxNorm} as torch.nn.utils.clip_grad_norm_`, () => {
        const tensors = before.map(tensor);
        close(globalNorm(tensors), [norm], 1e-6);
        clipByGlobalNorm(tensors, maxNorm).forEach((tensor, k) => close(tensor, after[k]!.values, 1e-6));
      });
    }

    it("clips nothing when there is nothing", () => assert.deepEqual(clipByGlobalNorm([], 1), []));

    it("flatten() and unflatten() are inverse, gradients included", () => {
      const map = { a: tf.tensor2d([[1, 2], [3, 4]]), b: tf.scalar(5), c: tf.tensor1d([6]) };
      const { flat, layout } = flatten(map);
      assert.deepEqual([...flat.dataSync()], [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(layout, layoutOf({ a: [2, 2], b: [], c: [1] }));
      const { grads } = valueAndGrads(({ flat }) => {
        const { a, c } = unflatten(flat, layout);
        return tf.add(tf.sum(tf.mul(a!, tf.tensor2d([[1, 10], [100, 1000]]))), tf.sum(tf.square(c!)));
      }, { flat });
      assert.deepEqual([...grads.flat.dataSync()], [1, 10, 100, 1000, 0, 12]);
      assert.throws(() => unflatten(tf.zeros([5]), layout), RangeError);
    });

    it("valueAndGrads() wants a scalar", () => {
      assert.throws(() => valueAndGrads(({ x }) => tf.mul(x, 2), { x: tf.ones([2]) }), TypeError);
    });
  });
}
