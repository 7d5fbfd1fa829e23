import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { TrainingError } from "../../src/engine/training_error.ts";
import { type Checkpoint, type Checkpoints, type Curve, runTraining } from "../../src/engine/training_loop.ts";
import type { Engine, Tensor } from "../../src/engine/types.ts";
import { rungsHere } from "./rungs_here.ts";

const TOTAL = 7;

/** w <- w + .3 (x - w) and a momentum that makes two entries of state matter. */
function walker(engine: Engine) {
  const state = { w: tf.zeros([3]), m: tf.zeros([3]) };
  const step = engine.compile(({ x }: { x: Tensor }, { w, m }: { w: Tensor; m: Tensor }) => {
    const next = tf.add(tf.mul(m, 0.9), tf.sub(x, w));
    return { outputs: { loss: tf.sum(tf.square(tf.sub(x, w))) }, next: { w: tf.add(w, tf.mul(next, 0.3)), m: next } };
  }, { name: "walker", state });
  tf.dispose(state);
  return step;
}

const inputs = (index: number) => ({ x: tf.tensor1d([1, index, Math.sin(index)]) });

/** Checkpoints in memory that count what they are asked. */
function memory(every: number): Checkpoints & { kept: Map<string, Checkpoint>; written: number[] } {
  const kept = new Map<string, Checkpoint>();
  const written: number[] = [];
  return {
    every,
    kept,
    written,
    read: (name) => Promise.resolve(kept.get(name)),
    write(name, { step, state, curve }) {
      written.push(step);
      kept.set(name, { step, state, curve: { steps: [...curve.steps], values: [...curve.values] } });
      return Promise.resolve();
    },
  };
}

async function finish(engine: Engine, checkpoints?: Checkpoints, stopAfter = Infinity): Promise<[number[], Curve]> {
  const step = walker(engine);
  try {
    const curve = await runTraining({
      name: "walk",
      step,
      total: TOTAL,
      inputs,
      checkpoints,
      onStep: (done) => {
        if (done === stopAfter) throw new RangeError("stopped");
      },
    });
    const { w, m } = step.readState();
    const values = [...await w.data(), ...await m.data()];
    tf.dispose([w, m]);
    return [values, curve];
  } finally {
    step.dispose();
  }
}

for (const rung of await rungsHere()) {
  describe(`a training loop on ${rung}`, () => {
    it("ends with the same bits when it is stopped after any step and taken up from its checkpoint", async () => {
      const engine = await openEngine(rung);
      try {
        const undisturbed = await finish(engine);
        for (let stop = 1; stop < TOTAL; stop++) {
          const checkpoints = memory(3);
          await assert.rejects(finish(engine, checkpoints, stop), /stopped/);
          assert.equal(checkpoints.kept.get("walk")!.step, stop, "what stops the loop finds the step kept");
          assert.deepEqual(await finish(engine, checkpoints), undisturbed);
        }
      } finally {
        engine.close();
      }
    });
  });
}

describe("a training loop", () => {
  it("keeps every Nth step and the last one, and runs no step of a training that is finished", async () => {
    const engine = await openEngine("cpu");
    try {
      const checkpoints = memory(3);
      const first = await finish(engine, checkpoints);
      assert.deepEqual(checkpoints.written, [3, 6, 7]);
      assert.deepEqual(await finish(engine, checkpoints), first);
      assert.deepEqual(checkpoints.written, [3, 6, 7]);
    } finally {
      engine.close();
    }
  });

  it("stops at a loss that is not finite, and hands the batch of that step over", async () => {
    const engine = await openEngine("cpu");
    const step = walker(engine);
    try {
      const training = runTraining({
        name: "walk",
        step,
        total: TOTAL,
        inputs: (index) => index === 2 ? { x: tf.tensor1d([1, NaN, 3]) } : inputs(index),
      });
      await assert.rejects(training, (error: unknown) => {
        assert.ok(error instanceof TrainingError);
        assert.match(error.message, /walk: the loss is NaN at step 3/);
        assert.deepEqual(error.batch.x, { shape: [3], values: Float32Array.of(1, NaN, 3) });
        return true;
      });
    } finally {
      step.dispose();
      engine.close();
    }
  });

  it("stops when the last step leaves weights that are not finite, which no loss tells", async () => {
    const engine = await openEngine("cpu");
    const state = { w: tf.scalar(1) };
    // 1e30 x 1e30 leaves float32 after the second step; its loss was still finite.
    const step = engine.compile(({ x }: { x: Tensor }, { w }: { w: Tensor }) => ({
      outputs: { loss: tf.add(w, 1) },
      next: { w: tf.mul(w, x) },
    }), { name: "growing", state });
    tf.dispose(state);
    try {
      const inputs = () => ({ x: tf.scalar(1e30) });
      await assert.rejects(runTraining({ name: "grow", step, total: 2, inputs }), (error: unknown) => {
        assert.ok(error instanceof TrainingError);
        assert.match(error.message, /grow: weights that are no finite numbers are left after step 2/);
        assert.deepEqual([...error.batch.x!.values], [Math.fround(1e30)]);
        return true;
      });
    } finally {
      step.dispose();
      engine.close();
    }
  });

  it("leaves no tensor behind", async () => {
    const engine = await openEngine("cpu");
    try {
      const before = tf.memory().numTensors;
      await finish(engine, memory(2));
      assert.equal(tf.memory().numTensors, before);
    } finally {
      engine.close();
    }
  });
});
