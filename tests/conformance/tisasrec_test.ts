import { afterAll as after, beforeAll as before, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { tisasrec, type TisasrecConfig } from "../../src/backbones/tisasrec.ts";
import type { Backbone, Batch, Sequences } from "../../src/backbones/types.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { blockedCrossEntropy } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { assertClose, assertCloseAt, largest } from "./close.ts";
import { conformancePath } from "./directory.ts";

/** Rows of the originals' item table before those of the items. */
const SPECIAL = 4;

/** A model, sequences, and what PyTorch makes of them. */
interface Case {
  readonly config: TisasrecConfig;
  readonly vocabulary: number;
  readonly weights: PlainTensors;
  readonly expected: PlainTensors;
  readonly sequences: Sequences;
  /** For each real position: its row in PyTorch's right-padded [batch, time], and in our left-padded one. */
  readonly real: readonly { readonly right: number; readonly left: number }[];
  /** [batch * time] of our layout: row of the item that follows in the item table, 0 where no loss is taken. */
  readonly targets: Int32Array;
}

function readCase(folder: string, content: "own" | "attended"): Case {
  const file = (name: string) => decodeSafetensors(Deno.readFileSync(join(folder, name)), name);
  const { vocab, timeClampDays, timeUnit, ...sizes } = JSON.parse(Deno.readTextFileSync(join(folder, "config.json")));
  assert.equal(timeUnit, "seconds");
  const expected = file("expected.safetensors");
  const [rows, time] = expected.sequence!.shape as [number, number];
  const lengths = expected.lengths!.values;
  const sequences = {
    ...{ rows, time, users: new Int32Array(rows) },
    items: new Int32Array(rows * time),
    times: new Float64Array(rows * time),
  };
  const targets = new Int32Array(rows * time);
  const real: { right: number; left: number }[] = [];
  const label = expected.label!;
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < lengths[row]!; place++) {
      const right = row * time + place;
      const left = right + time - lengths[row]!;
      sequences.items[left] = expected.sequence!.values[right]! - (SPECIAL - 1);
      sequences.times[left] = expected.timestamps!.values[right]!;
      if (label.shape.length === 2) targets[left] = label.values[right]!;
      real.push({ right, left });
    }
    // Labels [batch] are of the item behind the last.
    if (label.shape.length === 1) targets[(row + 1) * time - 1] = label.values[row]!;
  }
  return {
    config: { ...sizes, items: vocab - SPECIAL, maxGapDays: timeClampDays, content },
    vocabulary: vocab,
    weights: file("weights.safetensors"),
    ...{ expected, sequences, real, targets },
  };
}

const own = fileURLToPath(new URL("../fixtures/conformance/tisasrec/attended", import.meta.url));
const cases = [
  {
    what: "of RAIE's authors, whose keys and values are the asking item's own",
    folder: conformancePath("tisasrec"),
    content: "own",
  },
  { what: "of the paper, whose keys and values are the attended item's", folder: own, content: "attended" },
] as const;

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  for (const { what, folder, content } of cases) {
    describe(`TiSASRec ${what}, equals PyTorch's on ${rung}`, { skip }, () => {
      let engine: Engine, model: Backbone, parameters: Record<string, Tensor>, batch: Batch;
      const { config, vocabulary, weights, expected, sequences, real, targets } = readCase(folder, content);
      const { hidden: width } = config;
      before(async () => {
        engine = await openEngine(rung);
        model = tisasrec(config);
        parameters = Object.fromEntries(
          Object.entries(weights).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
        );
        batch = model.batch(sequences);
      });
      after(() => {
        tf.dispose([parameters, batch]);
        engine.close();
      });
      const run = async (step: (inputs: Batch, frozen: TensorMap) => TensorMap) => {
        const compiled = engine.compile(
          (inputs: TensorMap, _: TensorMap, frozen: TensorMap) => ({ outputs: step(inputs as Batch, frozen) }),
          { name: "conformance", frozen: parameters },
        );
        const outputs = compiled.run(batch);
        const values: Record<string, Float32Array> = {};
        for (const [name, tensor] of Object.entries(outputs)) values[name] = await tensor.data() as Float32Array;
        tf.dispose(outputs);
        compiled.dispose();
        return values;
      };
      /** Scores of states [rows, width] over the whole vocabulary. */
      const score = (states: Tensor, frozen: TensorMap) =>
        tf.add(tf.matMul(states as never, frozen[model.itemTable]! as never, false, true), frozen[model.itemBias!]!);
      /** Mean cross-entropy over the whole vocabulary where an item follows: the scores are those of rows with their bias as one column more. */
      const loss = (inputs: Batch, frozen: TensorMap) => {
        const rows = sequences.rows * sequences.time;
        const states = tf.concat([tf.reshape(model.hidden(frozen, inputs), [rows, width]), tf.ones([rows, 1])], 1);
        const table = tf.concat([frozen[model.itemTable]!, tf.reshape(frozen[model.itemBias!]!, [vocabulary, 1])], 1);
        const counted = Float32Array.from(targets, (target) => target > 0 ? 1 : 0);
        const total = counted.reduce((sum, each) => sum + each, 0);
        const shares = tf.tensor1d(counted.map((each) => each / total));
        return blockedCrossEntropy(states as never, table as never, tf.tensor1d(targets, "int32"), shares);
      };

      it("in the shape of every parameter", () => {
        const shapes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
        assert.deepEqual(model.shapes, shapes);
      });

      it("in the bucket of every gap, exactly", async () => {
        const found = await batch.buckets!.data();
        const { time } = sequences;
        // Padding stands on the other side, but is as far away.
        const wanted = Int32Array.from({ length: found.length }, (_, at) => {
          const [row, query, key] = [Math.floor(at / time / time), Math.floor(at / time) % time, at % time];
          const padding = time - expected.lengths!.values[row]!;
          const [right, other] = [(query - padding + time) % time, (key - padding + time) % time];
          return expected.timeBuckets!.values[(row * time + right) * time + other]!;
        });
        assert.deepEqual(found, wanted);
      });

      it("in hidden states at real positions, scores, and the scoring position computed alone", async () => {
        const { hidden, last, scores } = await run((inputs, frozen) => {
          const last = model.last(frozen, inputs);
          return { hidden: model.hidden(frozen, inputs), last, scores: score(last, frozen) };
        });
        const pick = (values: ArrayLike<number>, side: "left" | "right") =>
          real.flatMap((at) => Array.from({ length: width }, (_, c) => values[at[side] * width + c]!));
        assertClose(pick(hidden!, "left"), pick(expected.hidden!.values, "right"), 1e-4, "hidden");
        assertClose(scores!, expected.logits!.values, 1e-4, "scores");
        const lasts = Array.from({ length: sequences.rows }, (_, row) => row);
        const wanted = lasts.flatMap((row) => {
          const at = row * sequences.time + expected.lengths!.values[row]! - 1;
          return [...expected.hidden!.values.subarray(at * width, (at + 1) * width)];
        });
        assertCloseAt(last!, wanted, lasts, width, 1e-4, "last");
      });

      it("in the loss and the gradient of every parameter", async () => {
        const { loss: value, ...grads } = await run((inputs, frozen) => {
          const { value, grads } = valueAndGrads((values) => loss(inputs, values), frozen);
          return { loss: value, ...grads };
        });
        assertClose(value!, expected.loss!.values, 1e-4, "loss");
        const names = Object.keys(expected).filter((name) => name.startsWith("grad."));
        assert.deepEqual(names.map((name) => name.slice(5)).sort(), Object.keys(weights).sort());
        // What is the same for all of a query's keys has gradient 0 but for rounding: it is held to the scale of the others.
        const least = 1e-3 * largest(names.map((name) => expected[name]!.values));
        for (const name of names) assertClose(grads[name.slice(5)]!, expected[name]!.values, 1e-3, name, least);
      });
    });
  }
}
