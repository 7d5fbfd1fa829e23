/**
 * Training steps of adapters on a SASRec of the bench's, batch making included.
 * @module
 */
import { type BankConfig, bankLayout, initialAdapter } from "../../src/adapters/bank.ts";
import { startState } from "../../src/adapters/bank_state.ts";
import { bankBatch } from "../../src/adapters/batches.ts";
import { type BankBatch, type BankState, bankStep } from "../../src/adapters/train_step.ts";
import type { Backbone } from "../../src/backbones/types.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { randomWindows } from "./made_up.ts";

/** Rows of a step. */
const BATCH = 256;

/** LoRA r=8 on all projections, with rows for so many items. */
export const benchBank = (backbone: Backbone, width: number, itemRows: number): BankConfig => ({
  rank: 8,
  alpha: 16,
  dropout: 0.05,
  init: "kaiming",
  projections: backbone.projections,
  width,
  itemRows: Int32Array.from({ length: itemRows }, (_, item) => item + 1),
  items: backbone.items,
});

/** What steps are made of. */
export interface Trained {
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly parameters: TensorMap;
  readonly bank: BankConfig;
}

/** Steps of an adapter; dropout on as in training. */
export function adapterTrainer({ engine, backbone, parameters, bank }: Trained) {
  const state = startState([initialAdapter(bank, 1)]);
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
    { name: "bench adapter", state: state as BankState, frozen: parameters },
  );
  tf.dispose(state);
  const layout = bankLayout(bank);
  const settings = { backbone, bank, layout, batch: BATCH, negatives: 1, positions: "last" as const, seed: 1 };
  const rows = Int32Array.from({ length: BATCH }, (_, row) => row);
  const set = { purpose: "bench", windows: randomWindows(BATCH, backbone.maxLength, backbone.items) };
  let index = 0;
  return {
    async step() {
      index++;
      const batch = {
        ...bankBatch(settings, [{ set, rows, step: index }]),
        learningRate: tf.tensor2d([5e-4], [1, 1]),
        clip: tf.scalar(1),
        weightDecay: tf.scalar(0.01),
        itemRate: tf.scalar(1),
        noise: tf.tensor1d([1, index], "int32"),
      } as BankBatch;
      const { loss } = step.run(batch);
      await loss.data();
      tf.dispose([loss, ...Object.values(batch)]);
    },
    dispose: () => step.dispose(),
  };
}
