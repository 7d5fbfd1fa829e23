import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { assemble, op } from "../../src/engine/wasm/assembler.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";

/** Values in row-major order that no kernel gets right by chance: small whole numbers, so that sums are exact. */
function wholes(shape: readonly number[], salt = 0): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: size }, (_, i) => ((i * 7919 + salt * 104729 + 13) % 17) - 8);
}

/** A product by the definition, on nested batch indices given by `pick`. */
function product(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  depth: number,
  columns: number,
  ta: boolean,
  tb: boolean,
) {
  const c = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        sum += a[ta ? k * rows + i : i * depth + k]! * b[tb ? j * depth + k : k * columns + j]!;
      }
      c[i * columns + j] = sum;
    }
  }
  return c;
}

describe("wasm kernels", () => {
  let engine: Engine;
  beforeAll(async () => void (engine = await openEngine("wasm")));
  afterAll(() => engine.close());

  it("matMul() equals the definition for any shape and both transposes", () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(6, 8, 12, 16, 97, 257, 300));
    fc.assert(
      fc.property(length, length, length, fc.boolean(), fc.boolean(), (rows, depth, columns, ta, tb) => {
        const [aShape, bShape] = [ta ? [depth, rows] : [rows, depth], tb ? [columns, depth] : [depth, columns]];
        const [a, b] = [wholes(aShape, 1), wholes(bShape, 2)];
        const found = tf.tidy(() =>
          tf.matMul(tf.tensor2d(a, aShape as [number, number]), tf.tensor2d(b, bShape as [number, number]), ta, tb)
            .dataSync()
        );
        assert.deepEqual(found, product(a, b, rows, depth, columns, ta, tb));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it("matMul() multiplies batches and repeats a batch of one", () => {
    for (const [aBatch, bBatch] of [[[3], [3]], [[2, 3], [2, 3]], [[1], [3]], [[2, 1], [1, 3]], [[], [4]]] as const) {
      const batch = tf.broadcast_util.assertAndGetBroadcastShape([...aBatch], [...bBatch]);
      const [aShape, bShape] = [[...aBatch, 5, 7], [...bBatch, 9, 7]];
      const [a, b] = [wholes(aShape, 3), wholes(bShape, 4)];
      const found = tf.tidy(() => tf.matMul(tf.tensor(a, aShape), tf.tensor(b, bShape), false, true));
      assert.deepEqual(found.shape, [...batch, 5, 9]);
      const values = found.dataSync();
      const place = (own: readonly number[], index: readonly number[]) =>
        own.reduce((at, size, axis) => at * size + (size === 1 ? 0 : index[axis + index.length - own.length]!), 0);
      const total = batch.reduce((x, y) => x * y, 1);
      for (let n = 0; n < total; n++) {
        const index = batch.map((_, axis) =>
          Math.floor(n / batch.slice(axis + 1).reduce((x, y) => x * y, 1)) % batch[axis]!
        );
        const [i, j] = [place(aBatch, index), place(bBatch, index)];
        const expected = product(
          a.subarray(i * 35, i * 35 + 35),
          b.subarray(j * 63, j * 63 + 63),
          5,
          7,
          9,
          false,
          true,
        );
        assert.deepEqual(values.slice(n * 45, n * 45 + 45), expected);
      }
      found.dispose();
    }
  });

  it("matMul() of an empty inner dimension is zero", () => {
    const found = tf.tidy(() => tf.matMul(tf.zeros([3, 0]) as tf.Tensor2D, tf.zeros([0, 2]) as tf.Tensor2D).dataSync());
    assert.deepEqual([...found], [0, 0, 0, 0, 0, 0]);
  });

  it("matMul() keeps infinities and NaN", () => {
    const found = tf.tidy(() => tf.matMul(tf.tensor2d([[Infinity, 1], [NaN, 1]]), tf.tensor2d([[2], [3]])).dataSync());
    assert.deepEqual([...found], [Infinity, NaN]);
  });

  it("unsortedSegmentSum() adds rows by segment and leaves out ids outside", () => {
    const found = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]), tf.tensor1d([2, 0, 2, -1], "int32"), 3)
        .dataSync()
    );
    assert.deepEqual([...found], [3, 4, 0, 0, 6, 8]);
  });

  it("gather() takes rows along any axis and refuses an index outside", () => {
    const x = tf.tensor3d([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
    assert.deepEqual([...tf.gather(x, tf.tensor1d([1, 0, 1], "int32"), 1).dataSync()], [
      3,
      4,
      1,
      2,
      3,
      4,
      7,
      8,
      5,
      6,
      7,
      8,
    ]);
    assert.deepEqual([...tf.gather(x, tf.tensor1d([1], "int32"), 2).dataSync()], [2, 4, 6, 8]);
    assert.deepEqual([...tf.gather(x, tf.tensor2d([[1], [0]], [2, 1], "int32"), 1, 1).dataSync()], [3, 4, 5, 6]);
    assert.throws(() => tf.gather(x, tf.tensor1d([2], "int32")), /index 2 is not in 0\.\.1/);
    x.dispose();
  });

  it("slice() and split() take boxes out of any rank", () => {
    const x = tf.tensor(Float32Array.from({ length: 24 }, (_, i) => i), [2, 3, 4]);
    assert.deepEqual([...tf.slice(x, [1, 1, 1], [1, 2, 2]).dataSync()], [17, 18, 21, 22]);
    assert.deepEqual([...tf.slice(x, [0, 2, 0], [2, 1, 4]).dataSync()], [8, 9, 10, 11, 20, 21, 22, 23]);
    assert.deepEqual([...tf.slice(x, [1, 0, 0]).dataSync()], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    assert.deepEqual(tf.slice(x, [0, 0, 0], [0, 3, 4]).shape, [0, 3, 4]);
    const parts = tf.split(x, [1, 3], 2).map((part) => [...part.dataSync()]);
    assert.deepEqual(parts, [[0, 4, 8, 12, 16, 20], [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19, 21, 22, 23]]);
    const flags = tf.tensor2d([[1, 0], [0, 1]], [2, 2], "bool");
    assert.deepEqual([...tf.slice(flags, [0, 1], [2, 1]).dataSync()], [0, 1]);
  });

  it("sum() over leading axes equals the sum by hand", () => {
    const x = tf.tensor3d([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
    assert.deepEqual([...tf.sum(x, 0).dataSync()], [6, 8, 10, 12]);
    assert.deepEqual([...tf.sum(x, [1, 0]).dataSync()], [16, 20]);
    assert.deepEqual(tf.sum(x, [0, 1], true).shape, [1, 1, 2]);
    assert.equal(tf.sum(x).dataSync()[0], 36);
    assert.deepEqual([...tf.sum(x, 2).dataSync()], [3, 7, 11, 15]);
  });

  it("clone() outlives the tensor it was made from", () => {
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.clone(x);
    x.dispose();
    tf.tensor1d([9, 9, 9]);
    assert.deepEqual([...y.dataSync()], [1, 2, 3]);
  });

  it("keeps no memory of products that were disposed", () => {
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) {
      tf.tidy(() => void tf.matMul(tf.ones([40, 30]) as tf.Tensor2D, tf.ones([30, 20]) as tf.Tensor2D));
    }
    assert.equal(tf.memory().numTensors, before);
  });
});

describe("assemble()", () => {
  it("makes a module that a WebAssembly engine accepts and runs", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const bytes = assemble([{
      name: "copyFour",
      parameters: 2,
      integers: 0,
      vectors: 0,
      body: [...op.get(1), ...op.get(0), ...op.load(0), ...op.store(16)],
    }]);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    new Float32Array(memory.buffer).set([1, 2, 3, 4]);
    (exports["copyFour"] as (from: number, to: number) => void)(0, 64);
    assert.deepEqual([...new Float32Array(memory.buffer, 80, 4)], [1, 2, 3, 4]);
  });
});
