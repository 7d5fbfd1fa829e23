/**
 * One optimiser step over a bank of adapters, as a pure function: every adapter of the bank learns from its own rows of the batch, with its own
 * moments, step count and gradient norm, while the frozen products are computed once for all.
 * @module
 */

import { type LossInputs, sequenceLoss } from "../backbones/losses.ts";
import type { Backbone, Batch } from "../backbones/types.ts";
import { adamwUpdate } from "../engine/adamw.ts";
import { dropoutNoise } from "../engine/dropout.ts";
import { valueAndGrads } from "../engine/gradients.ts";
import { embed } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Step, Tensor, TensorMap } from "../engine/types.ts";
import type { LossSpec } from "../spec/types.ts";
import { adapterHook, type BankConfig, bankLayout, stackRows } from "./bank.ts";

/** What stays the same over all steps of one training. */
export interface StepSettings {
  /** Frozen: no gradient is formed for its parameters. */
  readonly backbone: Backbone;
  /** Layout of the trained numbers. */
  readonly bank: BankConfig;
  /** How many train side by side. */
  readonly adapters: number;
  /** Taken over every row with weight. */
  readonly loss: LossSpec;
  /** Where the loss is taken. */
  readonly positions: "last" | "all";
  /** lambda of lambda mean(delta^2) on item rows; 0: none. */
  readonly anchor: number;
  /** The backbone's own dropout while adapters train. */
  readonly backboneDropout: number;
}

/** State of a bank under training: [adapters, numbers] each, and the adapters' step counts [adapters, 1]. */
export type BankState = {
  /** A and B, [adapters, loraSize]. */
  readonly lora: Tensor;
  /** First moments of `lora`. */
  readonly loraM: Tensor;
  /** Second moments of `lora`. */
  readonly loraV: Tensor;
  /** Item-row deltas, [adapters, rowsSize]; one unused number each without item rows. */
  readonly rows: Tensor;
  /** First moments of `rows`. */
  readonly rowsM: Tensor;
  /** Second moments of `rows`. */
  readonly rowsV: Tensor;
  /** Steps each adapter has taken: AdamW corrects its bias by it. */
  readonly count: Tensor;
};

/** Tensors of one batch; `*Places` are places in the stacked item rows (absent without item rows). */
export type BankBatch = Batch & {
  readonly sequencePlaces: Tensor;
  /** [batch * positions, 1 + negatives]: the target, then its negatives. */
  readonly candidates: Tensor;
  /** Places of the candidates, of the same shape. */
  readonly candidatePlaces: Tensor;
  /** [batch * positions]; sums to 1 over each active adapter's rows. */
  readonly weights: Tensor;
  /** [batch, adapters], one-hot. */
  readonly membership: Tensor;
  /** [adapters, 1]: 1 while the adapter still has rows in this step. */
  readonly active: Tensor;
  /** [adapters, 1] */
  readonly learningRate: Tensor;
  /** Scalar: greatest norm of one adapter's gradient; {@linkcode UNCLIPPED} for none. */
  readonly clip: Tensor;
  /** Scalar: decoupled, on A, B and row deltas alike. */
  readonly weightDecay: Tensor;
  /** Scalar: item rows' rate as a multiple of the adapter's. */
  readonly itemRate: Tensor;
  /** [2] int32. */
  readonly noise: Tensor;
};

/** A norm no gradient reaches. */
export const UNCLIPPED = 1e30;

/** What a step gives back beside the next state. */
export type BankOutputs = { readonly loss: Tensor };

/** The step for {@linkcode Engine.compile}; frozen: the backbone's parameters. */
export function bankStep(settings: StepSettings): Step<BankBatch, BankState, TensorMap, BankOutputs> {
  return (batch, state, frozen) => {
    const trained: Record<string, Tensor> = { lora: state.lora };
    if (settings.bank.itemRows.length > 0) trained.rows = state.rows;
    const { value, grads } = valueAndGrads((values) => bankLoss(settings, batch, frozen, values), trained);
    const { lora, rows } = clipped(batch.clip, grads.lora!, grads.rows);
    const count = tf.add(state.count, batch.active);
    const update = (params: Tensor, gradient: Tensor, m: Tensor, v: Tensor, learningRate: Tensor) => {
      // Decoupled decay comes first in AdamW, so it can be applied outside, where it may be a tensor.
      const decayed = tf.mul(params, tf.sub(1, tf.mul(learningRate, batch.weightDecay)));
      const next = adamwUpdate({ params: decayed, grads: gradient, m, v, count, learningRate, weightDecay: 0 });
      return settings.adapters === 1 ? next : {
        params: keepInactive(batch.active, next.params, params),
        m: keepInactive(batch.active, next.m, m),
        v: keepInactive(batch.active, next.v, v),
      };
    };
    const nextLora = update(state.lora, lora, state.loraM, state.loraV, batch.learningRate);
    const nextRows = rows === undefined
      ? { params: state.rows, m: state.rowsM, v: state.rowsV }
      : update(state.rows, rows, state.rowsM, state.rowsV, tf.mul(batch.learningRate, batch.itemRate));
    return {
      outputs: { loss: value },
      next: {
        lora: nextLora.params,
        loraM: nextLora.m,
        loraV: nextLora.v,
        rows: nextRows.params,
        rowsM: nextRows.m,
        rowsV: nextRows.v,
        count,
      },
    };
  };
}

function keepInactive(active: Tensor, next: Tensor, previous: Tensor): Tensor {
  return tf.add(previous, tf.mul(active, tf.sub(next, previous)));
}

/** Global-norm clipping of each adapter by itself (as torch.nn.utils.clip_grad_norm_ on one model). */
function clipped(
  clip: Tensor,
  lora: Tensor,
  rows: Tensor | undefined,
): { lora: Tensor; rows: Tensor | undefined } {
  const square = (x: Tensor) => tf.sum(tf.square(x), 1, true);
  const norm = tf.sqrt(rows === undefined ? square(lora) : tf.add(square(lora), square(rows)));
  const scale = tf.minimum(tf.div(clip, tf.add(norm, 1e-6)), 1);
  return { lora: tf.mul(lora, scale), rows: rows === undefined ? undefined : tf.mul(rows, scale) };
}

/** Sum over the active adapters of their mean loss and their anchor penalty lambda mean(delta^2) (method.md 4). */
function bankLoss(settings: StepSettings, batch: BankBatch, frozen: TensorMap, trained: TensorMap): Tensor {
  const { backbone, bank } = settings;
  const table = frozen[backbone.itemTable]!;
  const stacked = trained.rows === undefined ? undefined : stackRows(trained.rows, bank.width);
  const noise = dropoutNoise(batch.noise);
  const adapters = adapterHook(bank, bankLayout(bank), trained.lora!, stacked, {
    weights: batch.membership,
    sequenceRows: stacked === undefined ? [] : [{ places: batch.sequencePlaces }],
  }, noise);
  const forward = { adapters, noise, dropout: settings.backboneDropout };
  const states = settings.positions === "last"
    ? backbone.last(frozen, batch, forward)
    : tf.reshape(backbone.hidden(frozen, batch, forward), [batch.sequence.size, backbone.width]);
  const inputs: LossInputs = {
    states,
    candidates: batch.candidates,
    weights: batch.weights,
    items: backbone.items,
    embed: (ids) => {
      const shared = embed(table, ids);
      return stacked === undefined ? shared : tf.add(shared, embed(stacked, batch.candidatePlaces));
    },
    table: () => {
      if (stacked === undefined) return table;
      return tf.add(table, embed(stacked, tf.tensor1d(bankLayout(bank).rowOf, "int32")));
    },
  };
  const loss = sequenceLoss(settings.loss, inputs);
  if (trained.rows === undefined || settings.anchor === 0) return loss;
  const penalty = tf.mul(tf.mean(tf.square(trained.rows), 1, true), settings.anchor);
  return tf.add(loss, tf.sum(tf.mul(penalty, batch.active)));
}
