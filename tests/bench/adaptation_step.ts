/**
 * Times the adaptation step (context 10, batch 256, d=128, 2 blocks, LoRA r=8 on six projections, item rows, 3,400 items) on one rung:
 * `adaptation_step.ts [--rung tensorflow] [--steps 30]`. Prints median and fastest as JSON, like its peer in PyTorch and peft.
 * @module
 */
import { type BankConfig, bankLayout, initialAdapter } from "../../src/adapters/bank.ts";
import { bankBatch } from "../../src/adapters/batches.ts";
import { type BankBatch, bankStep } from "../../src/adapters/train_step.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { Rung } from "../../src/engine/types.ts";
import { benchModel, benchParameters, randomWindows } from "./made_up.ts";
import { argument, printTimes, timed } from "./measure.ts";

const ITEMS = 3400;
const BATCH = 256;
const CONTEXT = 10;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
printTimes("adaptation step", engine, await adaptationStep(Number(argument("steps", "30"))));
engine.close();

/** Milliseconds of each step, batch making included; dropout on as in training. */
async function adaptationStep(steps: number): Promise<number[]> {
  const backbone = benchModel(ITEMS, CONTEXT);
  const bank: BankConfig = {
    rank: 8,
    alpha: 16,
    dropout: 0.05,
    init: "kaiming",
    projections: backbone.projections,
    width: 128,
    itemRows: Int32Array.from({ length: ITEMS }, (_, item) => item + 1),
    items: ITEMS,
  };
  const adapter = initialAdapter(bank, 1);
  const parameters = benchParameters(backbone);
  const zeros = (size: number) => tf.zeros([1, size]);
  const state = {
    lora: tf.tensor2d(adapter.lora, [1, adapter.lora.length]),
    loraM: zeros(adapter.lora.length),
    loraV: zeros(adapter.lora.length),
    rows: tf.tensor2d(adapter.rows, [1, adapter.rows.length]),
    rowsM: zeros(adapter.rows.length),
    rowsV: zeros(adapter.rows.length),
    count: zeros(1),
  };
  const step = engine.compile(
    bankStep({
      backbone,
      bank,
      adapters: 1,
      loss: { kind: "bce", negatives: 1 },
      lossWeight: 1,
      terms: [],
      positions: "last",
      anchor: 1e-4,
      backboneDropout: 0.2,
    }),
    { name: "bench adaptation", state, frozen: parameters },
  );
  const settings = {
    backbone,
    bank,
    layout: bankLayout(bank),
    batch: BATCH,
    negatives: 1,
    positions: "last" as const,
    seed: 1,
  };
  const set = { purpose: "bench", windows: randomWindows(BATCH, CONTEXT, ITEMS) };
  const rows = Int32Array.from({ length: BATCH }, (_, row) => row);
  let index = 0;
  try {
    return await timed(async () => {
      const batch = {
        ...bankBatch(settings, [{ set, rows, step: index++ }]),
        learningRate: tf.tensor2d([[5e-4]]),
        clip: tf.scalar(1),
        weightDecay: tf.scalar(0.01),
        itemRate: tf.scalar(1),
        noise: tf.tensor1d([1, index], "int32"),
      } as BankBatch;
      const { loss } = step.run(batch);
      await loss.data();
      tf.dispose([loss, ...Object.values(batch)]);
    }, steps);
  } finally {
    step.dispose();
    tf.dispose([state, parameters]);
  }
}
