import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { pick, spread } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rungsHere } from "./rungs_here.ts";

for (const rung of rungsHere()) {
  describe(`pick() and spread() on ${rung}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(rung);
    });
    afterAll(() => engine.close());

    const places = () => tf.tensor2d([[0, 5, 3], [1, 1, 5]], [2, 3], "int32");
    const numbers = (compute: () => Tensor) => [...tf.tidy(() => compute().dataSync())];

    it("pick sums of numbers by their places, whatever the tensor's shape", () => {
      const picked = numbers(() => pick(tf.tensor2d([[1, 2, 4], [8, 16, 32]]), places()));
      assert.deepEqual(picked, [1 + 2, 32 + 2, 8 + 32]);
    });

    it("spread numbers to all their places and add up what meets there", () => {
      assert.deepEqual(numbers(() => spread(tf.tensor1d([1, 10, 100]), places(), 6)), [1, 11, 0, 100, 0, 110]);
    });

    it("are each other's gradient", () => {
      const weights = tf.tensor1d([1, 10, 100]);
      const ofPicked = numbers(() => tf.grad((x) => tf.sum(tf.mul(pick(x, places()), weights)))(tf.zeros([2, 3])));
      assert.deepEqual(ofPicked, [1, 11, 0, 100, 0, 110]);
      const ofSpread = numbers(() =>
        tf.grad((x) => tf.sum(tf.mul(spread(x, places(), 6), tf.tensor1d([1, 2, 4, 8, 16, 32]))))(tf.zeros([3]))
      );
      assert.deepEqual(ofSpread, [1 + 2, 32 + 2, 8 + 32]);
      weights.dispose();
    });
  });
}
