import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { EngineError } from "../../src/engine/errors.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import { type NodeBackend, nodeBackend } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rungsHere } from "./rungs_here.ts";

const values = (tensor: Tensor) => Array.from(tensor.dataSync());

for (const rung of rungsHere()) {
  describe(`compile() on ${rung}`, () => {
    let engine: Engine;
    before(async () => engine = await openEngine(rung));
    after(() => engine.close());

    const runningSum = (name = "running sum") => {
      const state = { sum: tf.tensor1d([1, 1]) };
      const step = engine.compile(({ x }: { x: Tensor }, { sum }: { sum: Tensor }) => {
        const next = tf.add(sum, tf.sum(x, 0));
        return { outputs: { before: sum, after: next }, next: { sum: next } };
      }, { name, state });
      state.sum.dispose();
      return step;
    };

    it("hands out the state's old value and keeps the new one", () => {
      const step = runningSum();
      const first = step.run({ x: tf.tensor2d([[1, 2]]) });
      const second = step.run({ x: tf.tensor2d([[10, 20]]) });
      assert.deepEqual([first.before, first.after, second.before, second.after].map(values), [[1, 1], [2, 3], [2, 3], [
        12,
        23,
      ]]);
      // Outputs stay as they were when the state goes on.
      assert.deepEqual(values(first.after), [2, 3]);
      step.dispose();
    });

    it("shares one state among input shapes", () => {
      const step = runningSum();
      step.run({ x: tf.ones([1, 2]) });
      step.run({ x: tf.ones([3, 2]) });
      step.run({ x: tf.ones([1, 2]) });
      const { before } = step.run({ x: tf.ones([5, 2]) });
      assert.deepEqual(values(before), [6, 6]);
      assert.deepEqual(values(step.readState().sum), [11, 11]);
      step.dispose();
    });

    it("reads and writes the state before and after the first run", () => {
      const step = runningSum();
      assert.deepEqual(values(step.readState().sum), [1, 1]);
      step.writeState({ sum: tf.tensor1d([5, 6]) });
      assert.deepEqual(values(step.readState().sum), [5, 6]);
      step.run({ x: tf.ones([1, 2]) });
      const written = { sum: tf.tensor1d([0, 0]) };
      step.writeState(written);
      written.sum.dispose();
      assert.deepEqual(values(step.run({ x: tf.ones([2, 2]) }).after), [2, 2]);
      step.dispose();
    });

    it("exchanges two state entries at once", () => {
      const step = engine.compile(
        (_inputs: { tick: Tensor }, { a, b }: { a: Tensor; b: Tensor }) => ({ outputs: { a }, next: { a: b, b: a } }),
        { name: "exchange", state: { a: tf.scalar(1), b: tf.scalar(2) } },
      );
      const seen = [1, 2, 3].map(() => values(step.run({ tick: tf.scalar(0) }).a)[0]);
      assert.deepEqual(seen, [1, 2, 1]);
      assert.deepEqual([step.readState().a, step.readState().b].map(values), [[2], [1]]);
      step.dispose();
    });

    it("gives back inputs, frozen tensors, constants and one tensor under two names", () => {
      const frozen = { w: tf.tensor1d([7, 8], "int32") };
      const step = engine.compile(({ x }: { x: Tensor }, _state: Record<never, Tensor>, { w }: { w: Tensor }) => {
        const y = tf.add(x, 1);
        return { outputs: { x, w, y, again: y, fixed: tf.tensor1d([true, false], "bool") } };
      }, { name: "pass", frozen });
      const x = tf.tensor1d([1, 2]);
      const out = step.run({ x });
      const next = step.run({ x });
      out.y.dispose();
      out.x.dispose();
      assert.deepEqual(values(x), [1, 2]);
      assert.deepEqual([out.again, out.w, out.fixed, next.x].map(values), [[2, 3], [7, 8], [1, 0], [1, 2]]);
      step.dispose();
      assert.deepEqual(values(frozen.w), [7, 8]);
    });

    it("takes one tensor under two names", () => {
      const step = engine.compile(({ a, b }: { a: Tensor; b: Tensor }) => ({ outputs: { d: tf.sub(a, b) } }), {
        name: "two",
      });
      const x = tf.scalar(3);
      assert.deepEqual(values(step.run({ a: x, b: x }).d), [0]);
      assert.deepEqual(values(step.run({ a: x, b: tf.scalar(1) }).d), [2]);
      step.dispose();
    });

    it("runs a step without outputs, and one without inputs", () => {
      const step = engine.compile(
        (_inputs: Record<never, Tensor>, { n }: { n: Tensor }) => ({ outputs: {}, next: { n: tf.add(n, 1) } }),
        { name: "count", state: { n: tf.scalar(0) } },
      );
      step.run({});
      step.run({});
      assert.deepEqual(values(step.readState().n), [2]);
      step.dispose();
    });

    it("takes inputs in any order of names", () => {
      const step = engine.compile(({ a, b }: { a: Tensor; b: Tensor }) => ({ outputs: { d: tf.sub(a, b) } }), {
        name: "order",
      });
      const [a, b] = [tf.scalar(3), tf.scalar(1)];
      assert.deepEqual([step.run({ a, b }).d, step.run({ b, a }).d].map(values), [[2], [2]]);
      step.dispose();
    });

    it("keeps no tensor beyond outputs, over steps and shapes, and frees all when disposed", () => {
      const before = tf.memory().numTensors;
      const native = () => rung === "tensorflow" ? nodeBackend().binding.getNumOfTensors() : 0;
      const models = () => rung === "tensorflow" ? nodeBackend().binding.getNumOfSavedModels() : 0;
      const [nativeBefore, modelsBefore] = [native(), models()];
      const step = runningSum();
      const shapes = [1, 2, 3];
      const once = () => shapes.forEach((rows) => tf.tidy(() => void step.run({ x: tf.ones([rows, 2]) })));
      once();
      const [kept, nativeKept] = [tf.memory().numTensors, native()];
      for (let round = 0; round < 5; round++) {
        once();
        tf.dispose(step.readState());
        tf.tidy(() => step.writeState({ sum: tf.zeros([2]) }));
      }
      assert.equal(tf.memory().numTensors, kept);
      assert.equal(native(), nativeKept);
      step.dispose();
      assert.equal(tf.memory().numTensors, before);
      assert.deepEqual([native(), models()], [nativeBefore, modelsBefore]);
    });

    it("can be disposed twice and says so when used afterwards", () => {
      const step = runningSum("gone");
      step.dispose();
      step.dispose();
      assert.throws(() => step.run({ x: tf.ones([1, 2]) }), {
        name: "EngineError",
        message: /step "gone": it was disposed/,
      });
      assert.throws(() => step.readState(), EngineError);
    });

    it("refuses inputs whose names or dtypes change", () => {
      const step = runningSum();
      step.run({ x: tf.ones([1, 2]) });
      assert.throws(
        () => step.run({ y: tf.ones([1, 2]) } as unknown as { x: Tensor }),
        /inputs are y; its first run had x/,
      );
      assert.throws(() => step.run({ x: tf.ones([1, 2], "int32") }), /input "x" is int32; its first run had float32/);
      step.dispose();
    });

    it("refuses a next state of other names, shapes or dtypes", () => {
      const refused = (next: () => Record<string, Tensor>, message: RegExp) => {
        const step = engine.compile(
          () => ({ outputs: {}, next: next() }),
          { name: "bad", state: { a: tf.zeros([2]) } as Record<string, Tensor> },
        );
        assert.throws(() => step.run({}), { name: "EngineError", message });
        assert.deepEqual(values(step.readState().a!), [0, 0]);
        step.dispose();
      };
      refused(() => ({}), /next state of step "bad": entry "a" is missing, float32 \[2\] is needed/);
      refused(() => ({ a: tf.zeros([3]) }), /entry "a" is float32 \[3\], float32 \[2\] is needed/);
      refused(() => ({ a: tf.zeros([2], "int32") }), /entry "a" is int32 \[2\], float32 \[2\] is needed/);
      refused(() => ({ a: tf.zeros([2]), b: tf.zeros([1]) }), /an entry "b" that the state lacks; the state has a/);
      const step = runningSum();
      assert.throws(
        () => step.writeState({ sum: tf.zeros([3]) }),
        /Cannot write the state of step "running sum": entry "sum"/,
      );
      step.dispose();
    });

    it("lets an error of the step through and works afterwards", () => {
      let broken = true;
      const step = engine.compile(({ x }: { x: Tensor }) => {
        if (broken) throw new RangeError("not today");
        return { outputs: { y: tf.mul(x, 2) } };
      }, { name: "moody" });
      assert.throws(() => step.run({ x: tf.scalar(1) }), RangeError);
      broken = false;
      assert.deepEqual(values(step.run({ x: tf.scalar(1) }).y), [2]);
      step.dispose();
    });
  });
}

describe("compile() on tensorflow refuses", {
  skip: rungsHere().includes("tensorflow") ? false : "tensorflow is not set up",
}, () => {
  let engine: Engine;
  before(async () => engine = await openEngine("tensorflow"));
  after(() => engine.close());

  const refuses = (step: (x: Tensor) => Tensor, message: RegExp) => {
    const compiled = engine.compile(({ x }: { x: Tensor }) => ({ outputs: { y: step(x) } }), { name: "impure" });
    const own = Object.keys(nodeBackend() as NodeBackend & object).sort();
    assert.throws(() => compiled.run({ x: tf.ones([2]) }), { name: "EngineError", message });
    // What tracing put in place is taken away again.
    assert.deepEqual(Object.keys(nodeBackend() as NodeBackend & object).sort(), own);
    assert.deepEqual(values(tf.add(tf.ones([2]), 1)), [2, 2]);
    compiled.dispose();
  };

  it("a tensor from outside, whether TensorFlow has seen it or not", () => {
    const fresh = tf.tensor1d([1, 2]);
    refuses((x) => tf.add(x, fresh), /it reads a tensor from outside \(float32 \[2\]\); pass it as an input/);
    const used = tf.add(fresh, 1);
    refuses((x) => tf.mul(x, used), /Mul reads a tensor from outside/);
    refuses(() => used, /it gives back a tensor from outside/);
  });

  it("a value read back", () => {
    refuses((x) => tf.mul(x, tf.sum(x).dataSync()[0]!), /it reads a value back/);
  });

  it("strings", () => {
    const frozen = { text: tf.tensor1d(["a"], "string") };
    assert.throws(() => engine.compile(() => ({ outputs: {} }), { name: "words", frozen }), {
      name: "EngineError",
      message: /"text" is string; float32, int32 and bool are traced/,
    });
  });
});
