import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { EngineError } from "../../src/engine/errors.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Tensor, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { adapterName, isSoftware } from "../../src/engine/webgpu_rung.ts";
import { rungsHere, tensorflowHere } from "./rungs_here.ts";

const absent = tensorflowHere() ? false : "tensorflow is not set up here";

/** Values between -1 and 1, the same in every run. */
function values(shape: number[], salt: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + salt)), shape);
}

/** The kernels a transformer and its loss are made of, and the gradient of all of them together. */
const CASES: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "gather and its gradient": (x) => tf.gather(x, tf.tensor2d([[1, 0, 3], [3, 3, 2]], [2, 3], "int32")),
  "product with a transpose": (x) => tf.matMul(x as Tensor2D, values([9, 8], 2) as Tensor2D, false, true),
  "product of batches": (x) => tf.matMul(tf.reshape(x, [2, 2, 8]), values([2, 2, 8], 3), true, false),
  "softmax under a mask": (x) => tf.softmax(tf.where(tf.greater(values([4, 8], 4), 0), x, tf.fill([4, 8], -1e9))),
  "mean, square and rsqrt": (x) => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), 1e-6))),
  "erf, exp, log1p, sqrt": (x) => tf.add(tf.erf(x), tf.log1p(tf.sqrt(tf.exp(x)))),
  "pow, tanh, sigmoid, relu": (x) => tf.add(tf.pow(tf.add(x, 2), 3), tf.add(tf.tanh(x), tf.relu(tf.sigmoid(x)))),
  "slice, concat, transpose": (x) =>
    tf.transpose(tf.concat([tf.slice(x, [0, 2], [4, 3]), tf.slice(x, [0, 0], [4, 5])], 1)),
  "oneHot and a sum": (x) => tf.sum(tf.mul(x, tf.oneHot(tf.tensor1d([0, 7, 3, 3], "int32"), 8)), 1),
  "logSumExp": (x) => tf.logSumExp(tf.mul(x, 10), 1),
};

/** Value and gradient of every case on one rung. */
async function compute(rung: Rung): Promise<Record<string, number[]>> {
  const engine = await openEngine(rung);
  try {
    const found: Record<string, number[]> = {};
    for (const [name, f] of Object.entries(CASES)) {
      const x = values([4, 8], 1);
      const y = tf.tidy(() => f(x));
      // Squares, so that the gradient depends on the value.
      const dx = tf.grad((input) => tf.sum(tf.square(f(input))))(x);
      found[name] = [...await y.data(), ...await dx.data()];
      tf.dispose([x, y, dx]);
    }
    return found;
  } finally {
    engine.close();
  }
}

function assertClose(found: Record<string, number[]>, expected: Record<string, number[]>, tolerance: number): void {
  for (const [name, numbers] of Object.entries(expected)) {
    numbers.forEach((number, index) => {
      const difference = Math.abs(found[name]![index]! - number) / Math.max(1, Math.abs(number));
      assert.ok(difference <= tolerance, `${name} [${index}]: ${found[name]![index]} and ${number}`);
    });
  }
}

describe("openEngine()", () => {
  it("computes on wasm what plain JavaScript computes, gradients included", async () => {
    assertClose(await compute("wasm"), await compute("cpu"), 1e-5);
  });

  it("computes on tensorflow what plain JavaScript computes, gradients included", { skip: absent }, async () => {
    assertClose(await compute("tensorflow"), await compute("cpu"), 1e-5);
  });

  it("takes the best rung that works", async () => {
    const best = { rung: rungsHere()[0] };
    const engine = await openEngine("auto");
    assert.equal(engine.rung, best.rung);
    assert.match(engine.version, /^tfjs \d/);
    assert.ok(engine.threads >= 1);
    engine.close();
  });

  it("refuses a second rung while one is open, and opens it after close()", async () => {
    const first = await openEngine("cpu");
    await assert.rejects(openEngine("wasm"), (error: Error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.message, 'Cannot open engine "wasm": engine "cpu" is still open; close it first');
      return true;
    });
    first.close();
    const second = await openEngine("wasm");
    assert.equal(second.rung, "wasm");
    second.close();
  });

  it("names the rungs when asked for one that does not exist", async () => {
    await assert.rejects(
      openEngine("cuda" as Rung),
      /no such engine, one of auto, tensorflow, webgpu, wasm, cpu is needed/,
    );
  });

  it("frees compiled steps when it is closed, and compiles no more after that", async () => {
    const engine = await openEngine("cpu");
    const step = engine.compile(({ x }: { x: Tensor }) => ({ outputs: { y: tf.mul(x, 2) } }), { name: "double" });
    const x = tf.scalar(3);
    const { y } = step.run({ x });
    assert.equal((await y.data())[0], 6);
    tf.dispose([x, y]);
    engine.close();
    assert.throws(() => engine.compile(() => ({ outputs: {} }), { name: "nothing" }), /engine "cpu" is closed/);
  });
});

describe("isSoftware()", () => {
  it("tells a GPU from a program that plays one", () => {
    assert.equal(isSoftware({ description: "llvmpipe (LLVM 15.0.6, 256 bits)" }), true);
    assert.equal(isSoftware({ device: "SwiftShader Device" }), true);
    assert.equal(isSoftware({ description: "NVIDIA H100 80GB HBM3", isFallbackAdapter: false }), false);
    assert.equal(isSoftware({ description: "NVIDIA", isFallbackAdapter: true }), true);
  });
  it("has a name for any adapter", () => {
    assert.equal(adapterName({ vendor: "apple", architecture: "metal-3" }), "apple metal-3");
    assert.equal(adapterName({}), "gpu");
  });
});
