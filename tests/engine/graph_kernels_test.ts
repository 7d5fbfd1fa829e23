import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { tensorflowHere } from "./rungs_here.ts";

function floats(name: string, shape: number[], low = -2, high = 2): Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  stream(1, name).fillUniform(values, low, high);
  return tf.tensor(values, shape);
}

/** Inputs every case can use: a, b, c matrices, batches, positive numbers, indices, a mask. */
const inputs = () => ({
  a: floats("a", [4, 6]),
  b: floats("b", [6, 4]),
  same: floats("same", [4, 6]),
  row: floats("row", [6]),
  left: floats("left", [2, 3, 4, 5]),
  right: floats("right", [2, 3, 5, 4]),
  positive: floats("positive", [4, 6], 0.1, 3),
  unit: floats("unit", [4, 6], -0.9, 0.9),
  whole: tf.tensor2d([[3, 1, 2], [0, 2, 1]], [2, 3], "int32"),
  ids: tf.tensor1d([3, 0, 0, 2, 1], "int32"),
  mask: tf.tensor2d(Array.from({ length: 24 }, (_, i) => i % 3 === 0), [4, 6], "bool"),
});
type Inputs = ReturnType<typeof inputs>;

const unary: Record<string, (x: Tensor) => Tensor> = {
  ...{
    abs: tf.abs,
    neg: tf.neg,
    exp: tf.exp,
    expm1: tf.expm1,
    erf: tf.erf,
    sigmoid: tf.sigmoid,
    softplus: tf.softplus,
  },
  ...{
    tanh: tf.tanh,
    relu: tf.relu,
    square: tf.square,
    sign: tf.sign,
    floor: tf.floor,
    ceil: tf.ceil,
    round: tf.round,
  },
  ...{
    sin: tf.sin,
    cos: tf.cos,
    logSigmoid: tf.logSigmoid,
    onesLike: tf.onesLike,
    zerosLike: tf.zerosLike,
    step: tf.step,
  },
  ...{ isNaN: tf.isNaN, isFinite: tf.isFinite, relu6: tf.relu6, elu: tf.elu, leakyRelu: (x) => tf.leakyRelu(x) },
};
const unaryPositive: Record<string, (x: Tensor) => Tensor> = {
  ...{ log: tf.log, log1p: tf.log1p, sqrt: tf.sqrt, rsqrt: tf.rsqrt, reciprocal: tf.reciprocal },
};
const binary: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
  ...{ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum, minimum: tf.minimum },
  ...{ squaredDifference: tf.squaredDifference, divNoNan: tf.divNoNan, floorDiv: tf.floorDiv, mod: tf.mod },
  ...{ equal: tf.equal, notEqual: tf.notEqual, less: tf.less, lessEqual: tf.lessEqual, greater: tf.greater },
  ...{ greaterEqual: tf.greaterEqual, atan2: tf.atan2 },
};
const reductions: Record<string, (x: Tensor, axis?: number, keep?: boolean) => Tensor> = {
  ...{ sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod, logSumExp: tf.logSumExp },
};

const cases: Record<string, (of: Inputs) => Tensor | Tensor[]> = {
  matMul: ({ a, b }) => tf.matMul(a as Tensor2D, b as Tensor2D),
  "matMul, a transposed": ({ a, same }) => tf.matMul(a as Tensor2D, same as Tensor2D, true, false),
  "matMul, b transposed": ({ a, same }) => tf.matMul(a as Tensor2D, same as Tensor2D, false, true),
  "matMul, both transposed": ({ a, b }) => tf.matMul(a as Tensor2D, b as Tensor2D, true, true),
  "matMul of batches": ({ left, right }) => tf.matMul(left, right),
  "matMul of batches, b transposed": ({ left }) => tf.matMul(left, left, false, true),
  "matMul, broadcast": ({ left, b }) => tf.matMul(left, tf.slice(b, [0, 0], [5, 4])),
  "fused matMul": ({ a, b, row }) =>
    tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D, bias: tf.slice(row, [0], [4]), activation: "relu" }),
  einsum: ({ a, b }) => tf.einsum("ij,jk->ki", a, b),
  dot: ({ row }) => tf.dot(row, row),
  softmax: ({ left }) => tf.softmax(left),
  logSoftmax: ({ a }) => tf.logSoftmax(a),
  "gather of ids": ({ a, ids }) => tf.gather(a, ids as Tensor1D),
  "gather of a matrix of ids": ({ a, whole }) => tf.gather(a, whole as Tensor2D),
  "gather along axis 1": ({ a, whole }) => tf.gather(a, whole as Tensor2D, 1),
  "gather by batch": ({ a, whole }) => tf.gather(tf.slice(a, [0, 0], [2, 6]), whole as Tensor2D, 1, 1),
  gatherND: ({ a, whole }) => tf.gatherND(a, tf.slice(whole, [0, 0], [2, 2])),
  scatterND: ({ ids }) => tf.scatterND(tf.expandDims(ids, 1), tf.ones([5]), [4]),
  unsortedSegmentSum: ({ left, ids }) => tf.unsortedSegmentSum(tf.reshape(left, [5, 24]), ids as Tensor1D, 4),
  "concat of rows": ({ a, same }) => tf.concat([a, same], 0),
  "concat of columns": ({ a, same }) => tf.concat([a, same, a], 1),
  "split in equal parts": ({ a }) => tf.split(a, 2, 1),
  "split by sizes": ({ a }) => tf.split(a, [1, 2, 3], 1),
  slice: ({ a }) => tf.slice(a, [1, 2], [2, 3]),
  stridedSlice: ({ a }) => tf.stridedSlice(a, [0, 1], [4, 6], [2, 2]),
  pad: ({ a }) => tf.pad(a, [[1, 0], [0, 2]], 3),
  tile: ({ a }) => tf.tile(a, [2, 3]),
  stack: ({ a, same }) => tf.stack([a, same], 1),
  unstack: ({ a }) => tf.unstack(a),
  expandDims: ({ a }) => tf.expandDims(a, 1),
  squeeze: ({ a }) => tf.squeeze(tf.expandDims(a, 1)),
  reshape: ({ a }) => tf.reshape(a, [2, -1]),
  transpose: ({ left }) => tf.transpose(left, [0, 2, 1, 3]),
  reverse: ({ a }) => tf.reverse(a, 1),
  broadcastTo: ({ row }) => tf.broadcastTo(row, [3, 6]),
  "cast to int32": ({ a }) => tf.cast(a, "int32"),
  "cast to bool": ({ whole }) => tf.cast(whole, "bool"),
  "cast of a mask": ({ mask }) => tf.cast(mask, "float32"),
  where: ({ mask, a, same }) => tf.where(mask, a, same),
  "where, broadcast": ({ mask, a }) => tf.where(mask, a, tf.scalar(0)),
  logical: ({ mask }) => [tf.logicalAnd(mask, mask), tf.logicalOr(mask, mask), tf.logicalNot(mask)],
  "all and any": ({ mask }) => [tf.all(mask, 1), tf.any(mask, 0)],
  oneHot: ({ ids }) => tf.oneHot(ids, 4),
  clipByValue: ({ a }) => tf.clipByValue(a, -0.5, 0.7),
  pow: ({ positive, a }) => tf.pow(positive, a),
  "power of a number": ({ a }) => tf.pow(0.9, a),
  prelu: ({ a, row }) => tf.prelu(a, row),
  "cumsum along axis 1": ({ a }) => tf.cumsum(a, 1),
  "cumsum, exclusive and reversed": ({ a }) => tf.cumsum(a, 0, true, true),
  topk: ({ a }) => Object.values(tf.topk(a, 3)) as Tensor[],
  "argMax and argMin": ({ a }) => [tf.argMax(a, 1), tf.argMin(a, 0)],
  addN: ({ a, same }) => tf.addN([a, same, a]),
  norm: ({ a }) => tf.norm(a, "euclidean", 1, true),
  "sum of int32": ({ whole }) => tf.sum(whole),
  "arithmetic of int32": (
    { whole },
  ) => [tf.add(whole, whole), tf.mul(whole, tf.scalar(3, "int32")), tf.sub(whole, tf.scalar(1, "int32"))],
  "made from values": ({ a }) => [
    tf.add(a, tf.tensor2d([[1, 2, 3, 4, 5, 6]])),
    tf.fill([2, 2], 7),
    tf.zeros([3]),
    tf.ones([2], "int32"),
    tf.range(0, 5, 1, "int32"),
    tf.linspace(0, 1, 5),
    tf.scalar(true, "bool"),
    tf.eye(3),
  ],
  "a large constant": ({ row }) => tf.add(row, tf.tensor2d(new Float32Array(6 * 50_000).fill(0.5), [50_000, 6])),
  bandPart: ({ a }) => tf.linalg.bandPart(a, 1, 1),
};
for (const [name, op] of Object.entries(unary)) cases[name] = ({ a }) => op(a);
for (const [name, op] of Object.entries(unaryPositive)) cases[name] = ({ positive }) => op(positive);
for (const [name, op] of Object.entries(binary)) {
  cases[name] = ({ a, same }) => op(a, same);
  cases[`${name}, broadcast`] = ({ a, row }) => op(a, row);
}
for (const [name, op] of Object.entries(reductions)) {
  cases[name] = ({ a }) => [op(a), op(a, 0), op(a, 1, true), op(a, -1)];
}

const gradients: Record<string, (x: Tensor, of: Inputs) => Tensor> = {
  ...Object.fromEntries(
    ["matMul", "matMul, a transposed", "matMul, b transposed"].map((
      name,
    ) => [name, (x, of) => cases[name]!({ ...of, a: x }) as Tensor]),
  ),
  "matMul of batches": (x, { b }) => tf.matMul(tf.reshape(x, [2, 2, 6]), tf.tile(tf.expandDims(b, 0), [2, 1, 1])),
  "gather": (x, { ids }) => tf.gather(x, ids as Tensor1D),
  "gather along axis 1": (x, { whole }) => tf.gather(x, whole as Tensor2D, 1),
  "split": (x) => tf.mul(tf.split(x, [2, 4], 1)[1]!, 2),
  "slice, pad, tile": (x) => tf.tile(tf.pad(tf.slice(x, [1, 1], [2, 2]), [[1, 1], [0, 1]]), [2, 2]),
  "concat and stack": (x) => tf.stack([tf.concat([x, x], 1), tf.tile(x, [1, 2])]),
  "where": (x, { mask }) => tf.where(mask, x, tf.mul(x, 2)),
  "reductions": (x) => tf.add(tf.mean(x, 1), tf.sub(tf.max(x, 1), tf.logSumExp(x, 1))),
  "division and powers": (x, { positive }) => tf.div(tf.pow(x, tf.scalar(3)), tf.sqrt(positive)),
  "cumsum": (x) => tf.cumsum(x, 1),
  "norm": (x) => tf.norm(x, "euclidean", 1),
  "transpose": (x) => tf.mul(tf.transpose(x), tf.reshape(x, [6, 4])),
  "maximum and clip": (x, { same }) => tf.clipByValue(tf.maximum(x, same), -1, 1),
  ...Object.fromEntries(
    ["exp", "erf", "sigmoid", "softplus", "tanh", "relu", "square", "abs", "logSigmoid", "sin"].map((
      name,
    ) => [name, (x) => unary[name]!(x)]),
  ),
  ...Object.fromEntries(Object.entries(unaryPositive).map(([name, op]) => [name, (x) => op(tf.add(tf.abs(x), 0.5))])),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
};

describe("a traced kernel gives the bits of the eager one:", {
  skip: tensorflowHere() ? false : "tensorflow is not set up",
}, () => {
  let engine: Engine;
  before(async () => engine = await openEngine("tensorflow"));
  after(() => engine.close());

  const same = (name: string, run: (of: Inputs) => Tensor[], exact = true) => {
    tf.tidy(() => {
      const of = inputs();
      const eager = run(of);
      const step = engine.compile(
        (of: Inputs) => ({ outputs: Object.fromEntries(run(of).map((tensor, k) => [`y${k}`, tensor])) }),
        { name },
      );
      const traced = Object.values(step.run(of));
      step.dispose();
      assert.equal(traced.length, eager.length);
      traced.forEach((tensor, k) => {
        assert.deepEqual([tensor.dtype, tensor.shape], [eager[k]!.dtype, eager[k]!.shape]);
        if (exact) assert.deepEqual(tensor.dataSync(), eager[k]!.dataSync());
        else {
          const expected = eager[k]!.dataSync();
          tensor.dataSync().forEach((value, i) => {
            assert.ok(
              Math.abs(value - expected[i]!) <= 1e-5 * Math.max(1, Math.abs(expected[i]!)),
              `${value}, eager ${expected[i]}`,
            );
          });
        }
      });
    });
  };
  for (const [name, run] of Object.entries(cases)) {
    it(name, () => same(name, (of) => [run(of)].flat()));
  }
  for (const [name, run] of Object.entries(gradients)) {
    // TensorFlow may rewrite a chain of kernels, x^2 as x x for one: the same to rounding.
    it(`gradient of ${name}`, () => same(name, (of) => [tf.grad((x) => tf.sum(tf.square(run(x, of))))(of.a)], false));
  }
});
