/**
 * Times the SASRec pretraining step (context 50, batch 128, d=128, 2 blocks, 2 heads, ffn 512, 3,500 items, BCE, AdamW, clip 1) on one rung:
 * `pretraining_step.ts [--rung tensorflow] [--dropout 0.2] [--steps 30]`. Prints median and fastest as JSON, like its peer in PyTorch.
 * @module
 */
import { pretrainStep } from "../../src/backbones/pretrain.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { flatten } from "../../src/engine/flat.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import type { TrainingSpec } from "../../src/spec/types.ts";
import { argument, printTimes } from "./measure.ts";

const BATCH = 128;
const TIME = 50;
const ITEMS = 3500;
const WARM_UP = 5;

const rung = argument("rung", "tensorflow") as Rung;
const dropout = Number(argument("dropout", "0.2"));
const steps = Number(argument("steps", "30"));
const engine = await openEngine(rung);
const sizes = { maxLength: TIME, hidden: 128, blocks: 2, heads: 2, ffn: 512, layerNormEps: 1e-6 };
const training: TrainingSpec = {
  loss: { kind: "bce", negatives: 1 },
  ...{ epochs: 1, batch: BATCH, learningRate: 5e-4, weightDecay: 0, clip: 1, warmup: 0 },
};
const backbone = sasrec({ items: ITEMS, ...sizes });
const { flat, layout } = flatten(Object.fromEntries(
  Object.entries(backbone.initialise(1)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
));
const step = engine.compile(pretrainStep(backbone, layout, { training, dropout, positions: "all" }), {
  name: "pretrain sasrec",
  state: { params: flat, m: tf.zerosLike(flat), v: tf.zerosLike(flat), count: tf.scalar(0) },
});
const rows = BATCH * TIME;
const times: number[] = [];
for (let index = 0; index < steps + WARM_UP; index++) {
  const draw = stream(1, "bench", index);
  const ids = () => Int32Array.from({ length: rows }, () => 1 + draw.integer(ITEMS));
  const start = performance.now();
  const inputs = {
    sequence: tf.tensor2d(ids(), [BATCH, TIME], "int32"),
    candidates: tf.stack([tf.tensor1d(ids(), "int32"), tf.tensor1d(ids(), "int32")], 1),
    weights: tf.tensor1d(new Float32Array(rows).fill(1 / rows)),
    learningRate: tf.scalar(5e-4),
    noise: tf.tensor1d(draw.int32(2), "int32"),
  };
  const { loss } = step.run(inputs);
  await loss.data();
  tf.dispose([loss, inputs]);
  if (index >= WARM_UP) times.push(performance.now() - start);
}
step.dispose();
engine.close();
printTimes(`SASRec pretraining step, dropout ${dropout}`, engine, times);
