import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { blockedDivergence } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { assertClose } from "../conformance/close.ts";
import { rungsHere } from "./rungs_here.ts";

const ROWS = 7;
const ITEMS = 9;
const TEMPERATURE = 1.7;

function drawn(): TensorMap {
  const draw = stream(5, "divergence test");
  const normal = (rows: number, width: number) =>
    tf.tensor2d(Float32Array.from({ length: rows * width }, () => draw.normal()), [rows, width]);
  return {
    states: normal(ROWS, 4),
    rows: normal(ITEMS, 4),
    // A teacher of another width.
    teacherStates: normal(ROWS, 3),
    teacherRows: normal(ITEMS, 3),
    weights: tf.tensor1d([0.1, 0.2, 0, 0.3, 0.1, 0.2, 0.1]),
  };
}

/** The same by plain operations, which the tape differentiates by itself. */
function plain({ states, rows, teacherStates, teacherRows, weights }: TensorMap): tf.Tensor {
  const scores = (a: tf.Tensor, b: tf.Tensor) =>
    tf.div(tf.matMul(a as Tensor2D, b as Tensor2D, false, true), TEMPERATURE);
  const [own, taught] = [scores(states!, rows!), scores(teacherStates!, teacherRows!)];
  const difference = tf.sub(tf.logSoftmax(taught), tf.logSoftmax(own));
  return tf.sum(tf.mul(tf.sum(tf.mul(tf.softmax(taught), difference), 1), weights!));
}

const blocked = (blockRows: number | undefined) => (all: TensorMap): tf.Tensor =>
  blockedDivergence(
    { states: all.states as Tensor2D, rows: all.rows as Tensor2D },
    { states: all.teacherStates as Tensor2D, rows: all.teacherRows as Tensor2D },
    all.weights as Tensor1D,
    TEMPERATURE,
    { blockRows },
  );

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`blockedDivergence() on ${rung}`, { skip }, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(rung);
    });
    afterAll(() => engine.close());

    for (const blockRows of [undefined, 3, 1]) {
      it(`gives the divergence and the student's gradients, ${blockRows ?? "all"} rows at a time`, async () => {
        const all = drawn();
        const { states, rows, ...fixed } = all;
        const student = { states: states!, rows: rows! };
        const wanted = valueAndGrads((values) => plain({ ...fixed, ...values }), student);
        const step = engine.compile((inputs: TensorMap) => {
          const { states, rows, ...others } = inputs;
          const differentiated = { states: states!, rows: rows! };
          const found = valueAndGrads((values) => blocked(blockRows)({ ...others, ...values }), differentiated);
          return { outputs: { value: found.value, ...found.grads } };
        }, { name: "divergence" });
        const found = step.run(all);
        assertClose(await found.value!.data(), await wanted.value.data(), 1e-5, "value");
        assertClose(await found.states!.data(), await wanted.grads.states.data(), 1e-5, "gradient of states");
        assertClose(await found.rows!.data(), await wanted.grads.rows.data(), 1e-5, "gradient of rows");
        step.dispose();
      });
    }

    it("gives the teacher no gradient", async () => {
      const { states, rows, weights, teacherStates, teacherRows } = drawn();
      const { grads } = valueAndGrads(
        (teacher) => blocked(undefined)({ states: states!, rows: rows!, weights: weights!, ...teacher }),
        { teacherStates: teacherStates!, teacherRows: teacherRows! },
      );
      for (const gradient of Object.values(grads)) assert.ok((await gradient.data()).every((value) => value === 0));
    });
  });
}
