import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { dropoutNoise } from "../../src/engine/dropout.ts";
import { maskValues } from "../../src/engine/mask_module.ts";
import { openEngine } from "../../src/engine/open.ts";
import { maskRule } from "../../src/engine/mask_rule.ts";
import { philox } from "../../src/engine/philox.ts";
import { wordStream } from "../../src/engine/stateless_words.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, Rung } from "../../src/engine/types.ts";
import { rungsHere } from "./rungs_here.ts";

describe("maskValues()", () => {
  it("keeps what the scalar generator says, for sizes around its chunks", () => {
    const drawn = wordStream(-7, 12345);
    for (const size of [0, 1, 3, 31, 32, 33, 200_003]) {
      const expected = new Float32Array(size);
      const words = new Uint32Array(4);
      for (let i = 0; i < size; i++) {
        if (i % 8 === 0) philox([i / 8, 0, drawn.counter[2]!, drawn.counter[3]!], drawn.key, words);
        const word = words[(i % 8) >> 1]!;
        const half = (i % 2 === 0 ? word << 16 : word) >> 16;
        // .2 of 65536 is 13107 to the nearest, kept halves begin at -32768 + 13107.
        expected[i] = half >= -19661 ? 65536 / (65536 - 13107) : 0;
      }
      assert.deepEqual(maskValues(drawn, size, maskRule(0.2)), expected);
    }
  });
});

for (const rung of rungsHere()) {
  describe(`dropoutNoise() on ${rung}`, () => {
    let engine: Engine;
    before(async () => engine = await openEngine(rung as Rung));
    after(() => engine.close());
    const seed = () => tf.tensor1d([-5, 2 ** 31 - 1], "int32");

    it("draws the masks that are drawn everywhere", () => {
      const noise = dropoutNoise(seed());
      for (const [use, rate] of [0.2, 0.05, 0.5].entries()) {
        const mask = noise.dropout(tf.ones([37, 111]), rate).dataSync();
        assert.deepEqual(mask, maskValues(wordStream(-5, (2 ** 31 - 1 + use) | 0), 37 * 111, maskRule(rate)));
      }
    });

    it("keeps a share of 1 - rate and the expectation", () => {
      const values = dropoutNoise(seed()).dropout(tf.ones([100_000]), 0.3).dataSync();
      const kept = values.filter((value) => value !== 0);
      assert.ok(Math.abs(kept.length / values.length - 0.7) < 0.005);
      assert.ok(kept.every((value) => Math.abs(value - 1 / 0.7) < 3e-5));
    });

    it("gives a gradient through the kept entries", () => {
      const x = tf.ones([1000]);
      const kept = dropoutNoise(seed()).dropout(x, 0.5).dataSync();
      assert.deepEqual(tf.grad((x) => dropoutNoise(seed()).dropout(x, 0.5))(x).dataSync(), kept);
    });

    it("gives x itself at rate 0 and refuses a rate of 1 or a float seed", () => {
      const x = tf.ones([3]);
      assert.equal(dropoutNoise(seed()).dropout(x, 0), x);
      assert.throws(() => dropoutNoise(seed()).dropout(x, 1), RangeError);
      assert.throws(() => dropoutNoise(tf.tensor1d([1, 2])), RangeError);
    });

    it("draws anew for each seed when compiled", () => {
      const step = engine.compile(
        ({ x, seed }: { x: tf.Tensor; seed: tf.Tensor }) => ({ outputs: { y: dropoutNoise(seed).dropout(x, 0.5) } }),
        { name: "drop" },
      );
      const x = tf.ones([64]);
      for (const seeds of [[1, 2], [3, 4], [1, 2]]) {
        const y = step.run({ x, seed: tf.tensor1d(seeds, "int32") }).y.dataSync();
        assert.deepEqual(y, maskValues(wordStream(seeds[0]!, seeds[1]!), 64, maskRule(0.5)));
      }
      step.dispose();
    });
  });
}
