import assert from "node:assert/strict";
import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { attention, lastAttention, linear, matrixProduct } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { assertClose } from "../conformance/close.ts";
import { rungsHere } from "./rungs_here.ts";

const [BATCH, TIME, WIDTH, HEADS, RANK] = [3, 5, 8, 2, 2];

/** Sizes apart from each other, so that a transposed axis cannot go unseen. */
const shapes = {
  query: [BATCH, WIDTH],
  memory: [BATCH, TIME, WIDTH],
  keyWeight: [WIDTH, WIDTH],
  valueWeight: [WIDTH, WIDTH],
  valueBias: [WIDTH],
  keyInner: [BATCH * TIME, RANK],
  keyUp: [RANK, WIDTH],
  valueInner: [BATCH * TIME, RANK],
  valueUp: [RANK, WIDTH],
};
type Named = Record<keyof typeof shapes, Tensor>;

const drawn = (): Named =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      stream(1, name).fillNormal(values, 1);
      return [name, tf.tensor(values, shape)];
    }),
  ) as Named;

/** Probabilities as dropout leaves them: their sum is no longer 1. */
const dropped = (p: Tensor) => {
  const kept = Float32Array.from({ length: p.size }, (_, i) => i % 3 === 0 ? 0 : 1.5);
  return tf.mul(p, tf.tensor(kept, p.shape));
};

/** The first sequence begins with a padding position. */
const padding = (...shape: number[]) =>
  tf.tensor(Float32Array.from({ length: BATCH * TIME }, (_, i) => i === 0 ? -1e9 : 0), shape);

/** Keys and values written out, with a bias on the keys that changes nothing. */
function plain(of: Named, lowRank: boolean): Tensor {
  const { query, memory, keyWeight, valueWeight, valueBias } = of;
  const term = (inner: Tensor, up: Tensor) =>
    tf.reshape(tf.matMul(inner.as2D(BATCH * TIME, RANK), up.as2D(RANK, WIDTH)), memory.shape);
  const key = linear(memory, keyWeight, tf.linspace(-1, 1, WIDTH));
  const value = linear(memory, valueWeight, valueBias);
  const mixed = attention({
    query: tf.expandDims(query, 1),
    key: lowRank ? tf.add(key, term(of.keyInner, of.keyUp)) : key,
    value: lowRank ? tf.add(value, term(of.valueInner, of.valueUp)) : value,
    heads: HEADS,
    bias: padding(BATCH, 1, 1, TIME),
    dropProbabilities: dropped,
  });
  return tf.reshape(mixed, [BATCH, WIDTH]);
}

const absorbed = (of: Named, lowRank: boolean): Tensor =>
  lastAttention({
    query: of.query,
    memory: of.memory,
    key: { weight: of.keyWeight, lowRank: lowRank ? { inner: of.keyInner, up: of.keyUp } : undefined },
    value: {
      weight: of.valueWeight,
      bias: of.valueBias,
      lowRank: lowRank ? { inner: of.valueInner, up: of.valueUp } : undefined,
    },
    heads: HEADS,
    bias: padding(BATCH, 1, TIME),
    dropProbabilities: dropped,
  });

for (const rung of rungsHere()) {
  describe(`lastAttention() on ${rung}`, () => {
    let engine: Engine;
    before(async () => engine = await openEngine(rung));
    after(() => engine.close());

    for (const lowRank of [false, true]) {
      it(`gives what attention() gives from keys and values${lowRank ? " with low-rank terms" : ""}, and its gradients`, () => {
        tf.tidy(() => {
          const { keyInner, keyUp, valueInner, valueUp, ...weights } = drawn();
          const inputs = lowRank ? { ...weights, keyInner, keyUp, valueInner, valueUp } : weights;
          const cotangent = tf.linspace(-1, 2, BATCH * WIDTH).reshape([BATCH, WIDTH]);
          const run = (form: typeof plain) =>
            valueAndGrads((of) => tf.sum(tf.mul(form(of as Named, lowRank), cotangent)), inputs);
          const [wanted, found] = [run(plain), run(absorbed)];
          assertClose(found.value.dataSync(), wanted.value.dataSync(), 1e-5, "value");
          for (const [name, gradient] of Object.entries(wanted.grads)) {
            assertClose(found.grads[name as "query"].dataSync(), gradient.dataSync(), 1e-4, `gradient of ${name}`);
          }
        });
      });
    }
  });

  describe(`matrixProduct() on ${rung}`, () => {
    let engine: Engine;
    before(async () => engine = await openEngine(rung));
    after(() => engine.close());

    it("gives the product of two matrices, and both gradients", () => {
      tf.tidy(() => {
        const inputs = { a: tf.tensor2d([[1, 2, 3], [4, 5, 6]]), b: tf.tensor2d([[1, -1], [2, 0], [0, 3]]) };
        const product = matrixProduct(inputs.a, inputs.b);
        assert.deepEqual(Array.from(product.dataSync()), [5, 8, 14, 14]);
        // With cotangent C = [[1, 0], [0, 2]]: by a it is C b^T, by b it is a^T C.
        const cotangent = tf.tensor2d([[1, 0], [0, 2]]);
        const { grads } = valueAndGrads(({ a, b }) => tf.sum(tf.mul(matrixProduct(a, b), cotangent)), inputs);
        assert.deepEqual(Array.from(grads.a.dataSync()), [1, 2, 0, -2, 0, 6]);
        assert.deepEqual(Array.from(grads.b.dataSync()), [1, 8, 2, 10, 3, 12]);
      });
    });
  });
}
