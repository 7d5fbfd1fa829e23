/**
 * Times the TiSASRec pretraining step (context 20, batch 512, d=256, 2 layers, 4 heads, ffn 1024, 64 buckets of time, 3,000 items, cross-entropy
 * over all of them at every position, AdamW, clip 1) on one rung, and says how much memory the process held at its peak:
 * `time_aware_step.ts [--rung tensorflow] [--dropout 0.2] [--batch 512] [--steps 10]`. Prints one line of JSON, like its peer in PyTorch.
 * @module
 */
import { resourceUsage } from "node:process";
import { pretrainStep } from "../../src/backbones/pretrain.ts";
import { tisasrec } from "../../src/backbones/tisasrec.ts";
import { flatten } from "../../src/engine/flat.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { argument, median } from "./measure.ts";

const TIME = 20;
const ITEMS = 3000;
const WARM_UP = 2;
const HOUR = 3600;

const dropout = Number(argument("dropout", "0.2"));
const batch = Number(argument("batch", "512"));
const steps = Number(argument("steps", "10"));
const engine = await openEngine(argument("rung", "tensorflow") as Rung);
const backbone = tisasrec({
  ...{ items: ITEMS, maxLength: TIME, hidden: 256, blocks: 2, heads: 4, ffn: 1024, layerNormEps: 1e-5 },
  ...{ timeBuckets: 64, maxGapDays: 60 },
});
const training = {
  loss: { kind: "cross-entropy" as const },
  ...{ epochs: 1, batch, learningRate: 5e-4, weightDecay: 0, clip: 1, warmup: 0 },
  ...{ rows: "user-tail" as const, minPositives: 5, negativesOutside: "user" as const },
};
const parameters = Object.fromEntries(
  Object.entries(backbone.initialise(1)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
);
const { flat, layout } = flatten(parameters);
const step = engine.compile(pretrainStep(backbone, layout, { training, dropout, positions: "all" }), {
  name: "pretrain tisasrec",
  state: { params: flat, m: tf.zerosLike(flat), v: tf.zerosLike(flat), count: tf.scalar(0) },
});
const rows = batch * TIME;
const times: number[] = [];
for (let index = 0; index < steps + WARM_UP; index++) {
  const draw = stream(1, "bench", index);
  const items = () => Int32Array.from({ length: rows }, () => 1 + draw.integer(ITEMS));
  // Gaps from seconds to weeks.
  const seconds = Float64Array.from({ length: rows }, (_, at) => 1e9 + at % TIME * HOUR * 24 ** (2 * draw.float()));
  const start = performance.now();
  const inputs = {
    ...backbone.batch({ rows: batch, time: TIME, users: new Int32Array(batch), items: items(), times: seconds }),
    candidates: tf.tensor2d(items(), [rows, 1], "int32"),
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
console.log(JSON.stringify({
  what: `TiSASRec pretraining step, ${engine.rung} rung (${engine.version})`,
  milliseconds: Math.round(median(times)),
  gigabytes: Number((resourceUsage().maxRSS * 1024 / 1e9).toFixed(2)),
  threads: engine.threads,
  device: engine.device,
}));
