import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { bert4rec } from "../../src/backbones/bert4rec.ts";
import { dropoutNoise } from "../../src/engine/dropout.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { TensorMap } from "../../src/engine/types.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { assertNear, plain, SMALL, someParameters } from "./made_up.ts";

const config = { ...SMALL, layerNormEps: 1e-12 };
const { items, hidden: width } = config;
const HIDDEN = items + 1;

describe("a cloze step of bert4rec()", () => {
  /** Loss and gradients, with dropout, of guessing hidden items from a compiled step. */
  async function clozeStep(rung: (ReturnType<typeof rungsHere>)[number]): Promise<Record<string, Float32Array>> {
    const engine = await openEngine(rung);
    const model = bert4rec(config);
    const frozen = someParameters(model);
    const inputs = {
      ...model.cloze!(plain([[0, 0, HIDDEN, 4, 5], [HIDDEN, 7, 8, 9, HIDDEN]])),
      places: tf.tensor1d([3, 7, 11], "int32"),
      targets: tf.tensor1d([2 + 3, 1 + 3, 12 + 3], "int32"),
      seed: tf.tensor1d([1, 2], "int32"),
    };
    const step = engine.compile((given: typeof inputs, _: TensorMap, frozen: TensorMap) => {
      const { value, grads } = valueAndGrads((values) => {
        const forward = { noise: dropoutNoise(given.seed), dropout: 0.2 };
        const states = model.hidden(values, given, forward).reshape([-1, width]);
        const guessed = model.head!(values, tf.gather(states, given.places), forward);
        const scores = tf.add(
          tf.matMul(guessed as never, values[model.itemTable]! as never, false, true),
          values[model.itemBias!]!,
        );
        return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(scores), tf.oneHot(given.targets, 4 + items)), 1)));
      }, frozen);
      return { outputs: { value, ...grads } };
    }, { name: "cloze", frozen });
    const outputs: TensorMap = step.run(inputs);
    const values: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(outputs)) values[name] = await tensor.data() as Float32Array;
    tf.dispose([outputs, inputs, frozen]);
    step.dispose();
    engine.close();
    return values;
  }

  it("has the same loss and gradients on every rung, as a graph too", async () => {
    const [first, ...others] = await rungsHere().reduce(
      async (done, rung) => [...await done, await clozeStep(rung)],
      Promise.resolve([] as Record<string, Float32Array>[]),
    );
    assert.ok(others.length > 0 && Number.isFinite(first!.value![0]));
    for (const other of others) {
      assert.deepEqual(Object.keys(other).sort(), Object.keys(first!).sort());
      for (const [name, values] of Object.entries(first!)) assertNear(other[name]!, values);
    }
  });
});
