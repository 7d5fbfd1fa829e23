import assert from "node:assert/strict";
import { afterAll as after, beforeAll as before, describe, it } from "@std/testing/bdd";
import { adapterHook, type BankConfig, bankLayout, selectProjections } from "../../src/adapters/bank.ts";
import { fromPeft, readPeftTensors } from "../../src/adapters/peft.ts";
import { readPeftSettings } from "../../src/adapters/peft_config.ts";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { openTensors } from "../../src/adapters/safetensors_reader.ts";
import { readLlamaConfig } from "../../src/backbones/llama/config.ts";
import { llama } from "../../src/backbones/llama/llama.ts";
import type { TokenBatch } from "../../src/backbones/llama/token_batch.ts";
import { sequenceLoss } from "../../src/backbones/losses.ts";
import type { Backbone } from "../../src/backbones/types.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { PlainTensor } from "../../src/engine/plain_tensor.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { assertClose, assertCloseAt } from "./close.ts";
import { conformancePath } from "./directory.ts";

const path = (...parts: string[]) => conformancePath("llama", ...parts);
const expected = decodeSafetensors(Deno.readFileSync(path("expected.safetensors")), "expected");
const [rows, time] = expected.inputIds!.shape as [number, number];
const mask = expected.attentionMask!.values as Int32Array;
const lengths = Array.from({ length: rows }, (_, row) => mask.subarray(row * time, (row + 1) * time).indexOf(0))
  .map((end) => end === -1 ? time : end);
const real = [...mask.keys()].filter((at) => mask[at] === 1);

/** The file's prompts, padded on the right as they are there, or on the left. */
function promptsOf(side: "left" | "right"): TokenBatch {
  const place = (values: ArrayLike<number>, row: number) => {
    const own = Array.from({ length: lengths[row]! }, (_, at) => values[at]!);
    const gap = new Array<number>(time - own.length).fill(0);
    return side === "left" ? [...gap, ...own] : [...own, ...gap];
  };
  const matrix = (valuesOf: (row: number) => ArrayLike<number>, dtype: "int32" | "float32" = "int32") =>
    tf.tensor2d(Array.from({ length: rows }, (_, row) => place(valuesOf(row), row)), [rows, time], dtype);
  const ids = expected.inputIds!.values;
  return {
    sequence: tf.zeros([rows, 1], "int32"),
    tokens: matrix((row) => ids.subarray(row * time, (row + 1) * time)),
    positions: matrix(() => [...Array(time).keys()]),
    real: matrix(() => new Array<number>(time).fill(1), "float32"),
    itemPlaces: tf.zeros([rows, time], "int32"),
    answer: tf.tensor1d(lengths.map((length) => side === "left" ? time - 1 : length - 1), "int32"),
  };
}

/** The PEFT adapter of the folder in a bank of `model`. */
async function peftAdapter(model: Backbone): Promise<{ bank: BankConfig; values: Float32Array }> {
  const settings = await readPeftSettings(path("adapter"));
  const bank = {
    ...settings,
    dropout: 0,
    init: "kaiming" as const,
    projections: selectProjections(model.projections, settings.targets),
    width: model.width,
    itemRows: new Int32Array(0),
    items: model.items,
  };
  const { lora } = fromPeft(bank, await readPeftTensors(path("adapter")), [], "adapter");
  return { bank, values: lora };
}

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  for (const [folder, tolerance] of [["model", 1e-4], ["model_bf16", 2e-2]] as const) {
    describe(`Llama (${folder}) on ${rung} equals Hugging Face's`, { skip }, () => {
      let engine: Engine, models: Backbone[], parameters: TensorMap, output: Tensor;
      before(async () => {
        engine = await openEngine(rung);
        const config = readLlamaConfig(JSON.parse(await Deno.readTextFile(path(folder, "config.json"))), folder);
        const options = {
          config,
          items: 1,
          context: 1,
          places: time,
          prompts: { ids: fail, prefix: new Int32Array(0) },
        };
        models = [false, true].map((checkpointing) => llama({ ...options, checkpointing }));
        const source = await openTensors(path(folder));
        const read: Record<string, Tensor> = {};
        for (const name of source.names) read[name] = tf.tensor(await source.read(name), [...source.shapeOf(name)]);
        source.close();
        const { "lm_head.weight": head, ...more } = read;
        const table = more["model.embed_tokens.weight"]!;
        output = config.tied ? table : head!;
        // A row for the one item, which no prompt of the file has.
        parameters = { ...more, "model.embed_tokens.weight": tf.concat([table, tf.zeros([1, config.hidden])]) };
      });
      after(() => {
        tf.dispose([parameters, output]);
        engine.close();
      });
      const run = async (
        side: "left" | "right",
        step: (batch: TokenBatch, frozen: TensorMap) => TensorMap,
        more: TensorMap = {},
      ) => {
        const compiled = engine.compile(
          (inputs: TensorMap, _: TensorMap, frozen: TensorMap) => ({ outputs: step(inputs as TokenBatch, frozen) }),
          { name: "conformance", frozen: { ...parameters, output, ...more } },
        );
        const inputs = promptsOf(side);
        const outputs = compiled.run(inputs);
        const values: Record<string, Float32Array> = {};
        for (const [name, tensor] of Object.entries(outputs)) values[name] = await tensor.data() as Float32Array;
        tf.dispose([inputs, outputs]);
        compiled.dispose();
        return values;
      };
      const logits = (states: Tensor, output: Tensor) => tf.matMul(states as never, output as never, false, true);

      for (const side of ["right", "left"] as const) {
        it(`in hidden states and final logits, padded on the ${side}`, async () => {
          const [model] = models;
          const { hidden, scores } = await run(side, (batch, frozen) => ({
            hidden: model!.hidden(frozen, batch),
            scores: logits(model!.last(frozen, batch), frozen.output!),
          }));
          assertClose(scores!, expected.finalLogits!.values, tolerance, "logits");
          if (side === "right") {
            assertCloseAt(hidden!, expected.lastHidden!.values, real, model!.width, tolerance, "hidden");
          }
        });
      }

      it("with a PEFT adapter: logits, loss, gradients of every A and B, whether activations are kept or computed again", async () => {
        for (const model of models) {
          const { bank, values } = await peftAdapter(model);
          const layout = bankLayout(bank);
          const lora = tf.tensor2d(values, [1, values.length]);
          const { scores, loss, gradient } = await run("right", (batch, { lora, output, ...frozen }) => {
            const states = (lora: Tensor) =>
              model.last(frozen, batch, {
                adapters: adapterHook(bank, layout, lora, undefined, { weights: tf.ones([rows, 1]), sequenceRows: [] }),
              });
            const labels = tf.tensor1d(expected.label!.values as Int32Array, "int32");
            const { value, grads } = valueAndGrads(({ lora }) =>
              sequenceLoss({ kind: "cross-entropy" }, {
                states: states(lora!),
                candidates: tf.add(tf.expandDims(labels, 1), tf.scalar(1, "int32")),
                weights: tf.fill([rows], 1 / rows),
                items: output!.shape[0]!,
                embed: fail,
                table: () => tf.concat([tf.zeros([1, model.width]), output!]),
              }), { lora: lora! });
            return { scores: logits(states(lora!), output!), loss: value, gradient: grads.lora! };
          }, { lora });
          lora.dispose();
          assertClose(scores!, expected.adapterFinalLogits!.values, tolerance, "logits");
          assertClose(loss!, expected.adapterLoss!.values, tolerance, "loss");
          let checked = 0;
          const near = Math.max(1e-3, tolerance);
          for (const { projection: { name, inputs, outputs }, a, b } of layout.segments) {
            const grad = (which: string) => expected[`grad.base_model.model.${name}.lora_${which}.default.weight`]!;
            assertClose(gradient!.subarray(a, a + bank.rank * inputs), grad("A").values, near, `${name} A`);
            const wanted = transposed(grad("B"));
            assertClose(gradient!.subarray(b, b + bank.rank * outputs), wanted, near, `${name} B`);
            checked += 2;
          }
          assert.equal(checked, Object.keys(expected).filter((name) => name.startsWith("grad.")).length);
        }
      });
    });
  }
}

/** [outputs, rank] as it lies in a bank, [rank, outputs]. */
function transposed({ shape, values }: PlainTensor): number[] {
  const [outputs, rank] = shape as [number, number];
  return Array.from({ length: values.length }, (_, i) => values[(i % outputs) * rank + Math.floor(i / outputs)]!);
}

function fail(): never {
  throw new Error("not read here");
}
