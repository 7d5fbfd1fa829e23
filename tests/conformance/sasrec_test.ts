import { afterAll as after, beforeAll as before, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { adapterHook, bankLayout, selectProjections } from "../../src/adapters/bank.ts";
import { fromPeft, readPeftTensors } from "../../src/adapters/peft.ts";
import { readPeftSettings } from "../../src/adapters/peft_config.ts";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { sequenceLoss } from "../../src/backbones/losses.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import type { Backbone, Batch } from "../../src/backbones/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { conformancePath } from "./directory.ts";
import { assertClose, assertCloseAt, largest } from "./close.ts";

const file = (name: string) => decodeSafetensors(Deno.readFileSync(conformancePath("sasrec", name)), name);
const config = JSON.parse(Deno.readTextFileSync(conformancePath("sasrec", "config.json")));
const weights = file("weights.safetensors");
const expected = file("expected.safetensors");
const expectedAdapter = file("expected_adapter.safetensors");

const device = (tensors: PlainTensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map((
      [name, { shape, values }],
    ) => [name, tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32")]),
  );

/** Real positions of the padded sequences, as flat row numbers. */
const sequence = expected.sequence!.values as Int32Array;
const real = [...sequence.keys()].filter((at) => sequence[at] !== 0);

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`SASRec on ${rung} equals PyTorch's`, { skip }, () => {
    let engine: Engine, model: Backbone, parameters: TensorMap, given: Record<string, Tensor>;
    before(async () => {
      engine = await openEngine(rung);
      model = sasrec(config);
      parameters = device(weights);
      given = device({ sequence: expected.sequence!, positive: expected.positive!, negative: expected.negative! });
    });
    after(() => {
      tf.dispose([parameters, given]);
      engine.close();
    });
    const run = async (step: (inputs: TensorMap, frozen: TensorMap) => TensorMap, more: TensorMap = {}) => {
      const compiled = engine.compile(
        (inputs: TensorMap, _: TensorMap, frozen: TensorMap) => ({ outputs: step(inputs, frozen) }),
        {
          name: "conformance",
          frozen: { ...parameters, ...more },
        },
      );
      const outputs = compiled.run(given);
      const values: Record<string, Float32Array> = {};
      for (const [name, tensor] of Object.entries(outputs)) values[name] = await tensor.data() as Float32Array;
      tf.dispose(outputs);
      compiled.dispose();
      return values;
    };
    const embed = (table: Tensor) => (ids: Tensor) =>
      tf.gather(table, ids.as1D()).reshape([...ids.shape, config.hidden]);
    /** Mean over positions with a positive of softplus(-positive) + softplus(negative). */
    const everyPosition = (inputs: TensorMap, frozen: TensorMap) => {
      const rows = inputs.sequence!.size;
      const mask = tf.cast(tf.greater(inputs.positive!, tf.scalar(0, "int32")), "float32").as1D();
      return sequenceLoss({ kind: "bce", negatives: 1 }, {
        states: model.hidden(frozen, inputs as Batch).reshape([rows, config.hidden]),
        candidates: tf.stack([inputs.positive!.as1D(), inputs.negative!.as1D()], 1),
        weights: tf.div(mask, tf.sum(mask)),
        embed: embed(frozen[model.itemTable]!),
        table: () => frozen[model.itemTable]!,
        items: config.items,
      });
    };

    it("in hidden states at real positions, scores, and the scoring position computed alone", async () => {
      const { hidden, last, scores } = await run((inputs, frozen) => {
        const last = model.last(frozen, inputs as Batch);
        return {
          hidden: model.hidden(frozen, inputs as Batch),
          last,
          scores: tf.matMul(last as never, frozen[model.itemTable]!.slice([1, 0]) as never, false, true),
        };
      });
      assertCloseAt(hidden!, expected.hidden!.values, real, config.hidden, 1e-4, "hidden");
      assertClose(scores!, expected.lastScores!.values, 1e-4, "scores");
      const [rows, time] = expected.sequence!.shape as [number, number];
      const lastRows = Array.from({ length: rows }, (_, row) => row * time + time - 1);
      assertClose(
        last!,
        lastRows.flatMap((at) => [...expected.hidden!.values.subarray(at * config.hidden, (at + 1) * config.hidden)]),
        1e-4,
        "last",
      );
    });

    it("in the loss and the gradient of every parameter", async () => {
      const { loss, ...grads } = await run((inputs, frozen) => {
        const { value, grads } = valueAndGrads((values) => everyPosition(inputs, values), frozen);
        return { loss: value, ...grads };
      });
      assertClose(loss!, expected.loss!.values, 1e-4, "loss");
      const names = Object.keys(expected).filter((name) => name.startsWith("grad."));
      assert.equal(names.length, Object.keys(weights).length);
      // A key's bias has gradient 0 but for rounding: it is held to the scale of the others.
      const least = 1e-3 * largest(names.map((name) => expected[name]!.values));
      for (const name of names) assertClose(grads[name.slice(5)]!, expected[name]!.values, 1e-3, name, least);
    });

    it("with a PEFT adapter: hidden states, scores, loss, gradients of every A and B", async () => {
      const settings = await readPeftSettings(conformancePath("sasrec", "adapter"));
      const bank = {
        ...settings,
        dropout: 0,
        init: "kaiming" as const,
        projections: selectProjections(model.projections, settings.targets),
        width: config.hidden,
        itemRows: new Int32Array(0),
        items: config.items,
      };
      const adapter = fromPeft(bank, await readPeftTensors(conformancePath("sasrec", "adapter")), [], "adapter");
      const lora = tf.tensor2d(adapter.lora, [1, adapter.lora.length]);
      const layout = bankLayout(bank);
      const { hidden, scores, loss, gradient } = await run((inputs, { lora, ...frozen }) => {
        const adapters = (lora: Tensor) =>
          adapterHook(bank, layout, lora, undefined, {
            weights: tf.ones([inputs.sequence!.shape[0]!, 1]),
            sequenceRows: [],
          });
        const rows = inputs.sequence!.shape[0]!;
        const lastOf = (ids: Tensor) => ids.slice([0, ids.shape[1]! - 1], [rows, 1]);
        const { value, grads } = valueAndGrads(({ lora }) =>
          sequenceLoss({ kind: "bce", negatives: 1 }, {
            states: model.last(frozen, inputs as Batch, { adapters: adapters(lora!) }),
            candidates: tf.concat([lastOf(inputs.positive!), lastOf(inputs.negative!)], 1),
            weights: tf.fill([rows], 1 / rows),
            embed: embed(frozen[model.itemTable]!),
            table: () => frozen[model.itemTable]!,
            items: config.items,
          }), { lora: lora! });
        const last = model.last(frozen, inputs as Batch, { adapters: adapters(lora!) });
        return {
          hidden: model.hidden(frozen, inputs as Batch, { adapters: adapters(lora!) }),
          scores: tf.matMul(last as never, frozen[model.itemTable]!.slice([1, 0]) as never, false, true),
          loss: value,
          gradient: grads.lora!,
        };
      }, { lora });
      lora.dispose();
      assertCloseAt(hidden!, expectedAdapter.hidden!.values, real, config.hidden, 1e-4, "hidden");
      assertClose(scores!, expectedAdapter.lastScores!.values, 1e-4, "scores");
      assertClose(loss!, expectedAdapter.loss!.values, 1e-4, "loss");
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
    });
  });
}
