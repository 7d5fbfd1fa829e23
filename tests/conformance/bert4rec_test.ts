import { afterAll as after, beforeAll as before, describe, it } from "@std/testing/bdd";
import { existsSync } from "node:fs";
import assert from "node:assert/strict";
import { adapterHook, bankLayout, selectProjections } from "../../src/adapters/bank.ts";
import { fromPeft, readPeftTensors } from "../../src/adapters/peft.ts";
import { readPeftSettings } from "../../src/adapters/peft_config.ts";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { bert4rec } from "../../src/backbones/bert4rec.ts";
import type { Backbone, Batch, Forward, Sequences } from "../../src/backbones/types.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { type Tensor, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { assertClose, assertCloseAt, largest } from "./close.ts";
import { conformancePath } from "./directory.ts";

const path = (...parts: string[]) => conformancePath("bert4rec", ...parts);
const file = (name: string) => decodeSafetensors(Deno.readFileSync(path(name)), name);
const sizes = JSON.parse(Deno.readTextFileSync(path("config.json")));
/** Ids before the items: PAD, UNK, CLS, MASK. */
const SPECIAL = 4;
const config = {
  items: sizes.vocab_size - SPECIAL,
  maxLength: sizes.max_position_embeddings - 2,
  hidden: sizes.hidden_size,
  blocks: sizes.num_hidden_layers,
  heads: sizes.num_attention_heads,
  ffn: sizes.intermediate_size,
  layerNormEps: sizes.layer_norm_eps,
};
const { items, hidden: width } = config;
const weights = file("weights.safetensors");
const expected = file("expected.safetensors");
const adapterMissing = existsSync(path("adapter")) ? false : "there is no adapter in this folder";

const ids = expected.inputIds!.values as Int32Array;
const [rows, places] = expected.inputIds!.shape as [number, number];
const tokensOf = (row: number) => ids.subarray(row * places, (row + 1) * places).filter((id) => id !== 0).length;

/** The items between [CLS] and [MASK], padded on the left. */
function leftPadded(): Sequences {
  const time = places - 2;
  const sequences = {
    ...{ rows, time, users: new Int32Array(rows) },
    items: new Int32Array(rows * time),
    times: new Float64Array(rows * time),
  };
  for (let row = 0; row < rows; row++) {
    const own = ids.subarray(row * places + 1, row * places + tokensOf(row) - 1);
    sequences.items.set(own.map((id) => id - SPECIAL + 1), (row + 1) * time - own.length);
  }
  return sequences;
}

/** [CLS] is first in both layouts; what follows ends where the original's tokens end, and here with the row. */
const realPlaces = Array.from({ length: rows }, (_, row) =>
  Array.from({ length: tokensOf(row) }, (_, place) => ({
    theirs: row * places + place,
    ours: (row + 1) * places - (place === 0 ? places : tokensOf(row) - place),
  }))).flat();

function assertHidden(actual: Float32Array, wanted: ArrayLike<number>): void {
  const moved = new Float32Array(actual.length);
  for (const { theirs, ours } of realPlaces) {
    moved.set(actual.subarray(ours * width, (ours + 1) * width), theirs * width);
  }
  assertCloseAt(moved, wanted, realPlaces.map(({ theirs }) => theirs), width, 1e-4, "hidden");
}

const device = (tensors: PlainTensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`BERT4Rec on ${rung} equals Hugging Face's`, { skip }, () => {
    let engine: Engine, model: Backbone, parameters: TensorMap, given: Batch & { readonly label: Tensor };
    before(async () => {
      engine = await openEngine(rung);
      model = bert4rec(config);
      // The decoder's weights are the word table's and its bias that of the predictions, under second names.
      const own = Object.entries(weights).filter(([name]) => !name.startsWith("cls.predictions.decoder."));
      parameters = device(Object.fromEntries(own));
      given = { ...model.batch(leftPadded()), label: tf.tensor1d(expected.label!.values, "int32") };
    });
    after(() => {
      tf.dispose([parameters, given]);
      engine.close();
    });
    const run = async (step: (inputs: typeof given, frozen: TensorMap) => TensorMap, more: TensorMap = {}) => {
      const compiled = engine.compile(
        (inputs: typeof given, _: TensorMap, frozen: TensorMap) => ({ outputs: step(inputs, frozen) }),
        { name: "conformance", frozen: { ...parameters, ...more } },
      );
      const outputs = compiled.run(given);
      const values: Record<string, Float32Array> = {};
      for (const [name, tensor] of Object.entries(outputs)) values[name] = await tensor.data() as Float32Array;
      tf.dispose(outputs);
      compiled.dispose();
      return values;
    };
    /** At [MASK], by way of all hidden states. */
    const atMask = (inputs: Batch, frozen: TensorMap, forward?: Forward) => {
      const states = model.hidden(frozen, inputs, forward);
      return model.head!(frozen, states.slice([0, places - 1, 0], [rows, 1, width]).reshape([rows, width]), forward);
    };
    /** Scores of the whole vocabulary, special tokens included. */
    const logits = (states: Tensor, frozen: TensorMap) =>
      tf.add(
        tf.matMul(states as Tensor2D, frozen[model.itemTable] as Tensor2D, false, true),
        frozen[model.itemBias!]!,
      );
    const loss = (states: Tensor, label: Tensor, frozen: TensorMap) => {
      const target = tf.oneHot(label as never, SPECIAL + items);
      return tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(logits(states, frozen)), target)), rows));
    };

    it("in the names and shapes of its parameters", () => {
      assert.deepEqual(
        Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape])),
        model.shapes,
      );
    });

    it("in hidden states at real places, scores of the vocabulary, and the scoring place computed alone", async () => {
      const { hidden, scores, lastScores } = await run((inputs, frozen) => ({
        hidden: model.hidden(frozen, inputs),
        scores: logits(atMask(inputs, frozen), frozen),
        lastScores: logits(model.last(frozen, inputs), frozen),
      }));
      assertHidden(hidden!, expected.lastHidden!.values);
      assertClose(scores!, expected.finalLogits!.values, 1e-4, "scores");
      assertClose(lastScores!, expected.finalLogits!.values, 1e-4, "scores of last()");
    });

    it("in the loss and the gradient of every parameter", async () => {
      const { value, ...grads } = await run((inputs, frozen) => {
        const { value, grads } = valueAndGrads(
          (values) => loss(atMask(inputs, values), inputs.label, values),
          frozen,
        );
        return { value, ...grads };
      });
      assertClose(value!, expected.loss!.values, 1e-4, "loss");
      const names = Object.keys(expected).filter((name) => name.startsWith("grad."));
      assert.equal(names.length, Object.keys(model.shapes).length);
      // A key's bias has gradient 0 but for rounding: it is held to the scale of the others.
      const least = 1e-3 * largest(names.map((name) => expected[name]!.values));
      for (const name of names) assertClose(grads[name.slice(5)]!, expected[name]!.values, 1e-3, name, least);
    });

    it("in the gradients by way of last(), where the last key's bias has none", async () => {
      const unused = `bert.encoder.layer.${config.blocks - 1}.attention.self.key.bias`;
      const grads = await run((inputs, { [unused]: bias, ...frozen }) =>
        valueAndGrads((values) => {
          const all = { ...values, [unused]: bias! };
          return loss(model.last(all, inputs), inputs.label, all);
        }, frozen).grads
      );
      const names = Object.keys(expected).filter((name) => name.startsWith("grad."));
      const greatest = largest(names.map((name) => expected[name]!.values));
      assert.ok(largest([expected[`grad.${unused}`]!.values]) < 1e-6 * greatest);
      for (const name of names.filter((name) => name !== `grad.${unused}`)) {
        assertClose(grads[name.slice(5)]!, expected[name]!.values, 1e-3, name, 1e-3 * greatest);
      }
    });

    it(
      "with a PEFT adapter: hidden states, scores, loss, gradients of every A and B",
      { skip: adapterMissing },
      async () => {
        const expectedAdapter = file("expected_adapter.safetensors");
        const settings = await readPeftSettings(path("adapter"));
        const bank = {
          ...settings,
          dropout: 0,
          init: "kaiming" as const,
          projections: selectProjections(model.projections, settings.targets),
          width,
          itemRows: new Int32Array(0),
          items,
        };
        const adapter = fromPeft(bank, await readPeftTensors(path("adapter")), [], "adapter");
        const layout = bankLayout(bank);
        const lora = tf.tensor2d(adapter.lora, [1, adapter.lora.length]);
        const { hidden, scores, lastScores, value, gradient } = await run((inputs, { lora, ...frozen }) => {
          const forward = (lora: Tensor): Forward => ({
            adapters: adapterHook(bank, layout, lora, undefined, { weights: tf.ones([rows, 1]), sequenceRows: [] }),
          });
          const { value, grads } = valueAndGrads(
            ({ lora }) => loss(model.last(frozen, inputs, forward(lora!)), inputs.label, frozen),
            { lora: lora! },
          );
          return {
            hidden: model.hidden(frozen, inputs, forward(lora!)),
            scores: logits(atMask(inputs, frozen, forward(lora!)), frozen),
            lastScores: logits(model.last(frozen, inputs, forward(lora!)), frozen),
            value,
            gradient: grads.lora!,
          };
        }, { lora });
        lora.dispose();
        assertHidden(hidden!, expectedAdapter.lastHidden!.values);
        assertClose(scores!, expectedAdapter.finalLogits!.values, 1e-4, "scores");
        assertClose(lastScores!, expectedAdapter.finalLogits!.values, 1e-4, "scores of last()");
        assertClose(value!, expectedAdapter.loss!.values, 1e-4, "loss");
        let checked = 0;
        for (const { projection: { name, inputs, outputs }, a, b } of layout.segments) {
          const grad = (which: string) =>
            expectedAdapter[`grad.base_model.model.${name}.lora_${which}.default.weight`]!.values;
          assertClose(gradient!.subarray(a, a + bank.rank * inputs), grad("A"), 1e-3, `${name} A`);
          // B lies transposed in the bank: [rank, outputs].
          const wanted = grad("B");
          const transposed = Array.from(
            { length: wanted.length },
            (_, i) => wanted[(i % outputs) * bank.rank + Math.floor(i / outputs)]!,
          );
          assertClose(gradient!.subarray(b, b + bank.rank * outputs), transposed, 1e-3, `${name} B`);
          checked += 2;
        }
        assert.equal(checked, Object.keys(expectedAdapter).filter((name) => name.startsWith("grad.")).length);
      },
    );
  });
}
