/**
 * One optimiser step over a bank of adapters, as a pure function.
 *
 * Usually every adapter of the bank learns from its own rows of the batch, with its own moments, step count and gradient norm, while the frozen
 * products are computed once for all. With a {@linkcode Mixing} the bank is one model instead: a gate mixes the adapters for every row, and all
 * of them, the gate and one set of item rows learn together.
 * @module
 */

import type { Positions } from "../backbones/examples.ts";
import { embedItems, itemBias, scoreRows, scoreTable } from "../backbones/item_rows.ts";
import { type LossInputs, sequenceLoss } from "../backbones/losses.ts";
import { trainedStates } from "../backbones/pretrain.ts";
import type { Backbone, Batch } from "../backbones/types.ts";
import { adamwUpdate } from "../engine/adamw.ts";
import { dropoutNoise } from "../engine/dropout.ts";
import { valueAndGrads } from "../engine/gradients.ts";
import { embed } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Step, Tensor, TensorMap } from "../engine/types.ts";
import type { LossSpec } from "../spec/types.ts";
import { accumulated } from "./accumulate.ts";
import { adapterHook, type BankConfig, bankLayout, type Membership, rowWidth, scorePart, stackRows } from "./bank.ts";
import type { Mixing } from "./gate.ts";

/** What stays the same over all steps of one training. */
export interface StepSettings {
  /** Frozen: no gradient is formed for its parameters. */
  readonly backbone: Backbone;
  /** Layout of the trained numbers. */
  readonly bank: BankConfig;
  /** How many train side by side, or are mixed. */
  readonly adapters: number;
  /** Taken over every row with weight. */
  readonly loss: LossSpec;
  /** What the loss on the rows counts for beside the terms; 1 without any. */
  readonly lossWeight: number;
  /** What a method adds to the loss. */
  readonly terms: readonly Term[];
  /** Left out: each row has the one adapter that the batch says. */
  readonly mixing?: Mixing | undefined;
  /** As {@linkcode LossInputs} has it. */
  readonly held?: number | undefined;
  /** Where the loss is taken. */
  readonly positions: Positions;
  /** lambda of lambda mean(delta^2) on item rows; 0: none. */
  readonly anchor: number;
  /** The backbone's own dropout while adapters train. */
  readonly backboneDropout: number;
}

/** What a method adds to the loss of a step. */
export interface Term {
  /** Tells apart what is compiled: two terms of one key are the same function. */
  readonly key: string;
  /**
   * How the parts of a batch add up to it (see accumulate.ts). "rows": it is a sum over rows by their weights, so they do by themselves; its inputs
   * hold the same number of entries for every row of the step, or are {@linkcode ExampleTensors} of other rows, and are divided with the batch.
   * "means": it is made of means over rows, of each part its own, which counts by the part's share of the weights. "whole": rows have no say in it,
   * so it is counted once.
   */
  readonly over: "rows" | "means" | "whole";
  /** Tensors for step `index`, counted from 0; the training loop disposes them. */
  inputs(index: number): TensorMap;
  /** Added to the step's loss: a scalar. Pure, like the step it is part of. */
  loss(view: StepView, inputs: TensorMap): Tensor;
}

/** What a term sees of a step. */
export interface StepView {
  /** What trains, by name: `lora` [adapters, loraSize] where projections do; `rows` [adapters, rowsSize] where item rows do. */
  readonly trained: TensorMap;
  /** [batch, adapters]: how a mixture's gate mixes its adapters for the step's rows; undefined without one. */
  readonly mixture: Tensor | undefined;
  /** The step's rows as the adapted model sees them: states, candidates, weights, item rows. */
  readonly student: LossInputs;
  /** The same rows as the frozen backbone sees them, without adapters and dropout. */
  teacher(): LossInputs;
  /** The training's own loss on other rows, with the adapters as they are in this step. */
  lossOn(rows: ExampleTensors, positions: Positions): Tensor;
}

/** Tensors of rows to learn from; `*Places` are places in the stacked item rows (one unused number without item rows). */
export type ExampleTensors = Batch & {
  readonly sequencePlaces: Tensor;
  /** [batch * positions, 1 + negatives]: the target, then its negatives. */
  readonly candidates: Tensor;
  /** Places of the candidates, of the same shape. */
  readonly candidatePlaces: Tensor;
  /** [batch * positions]; sums to 1 over each active adapter's rows. */
  readonly weights: Tensor;
  /** [batch] int32, rising: whose rows they are; as many for each adapter. */
  readonly adapter: Tensor;
  /** [adapters, 1]: 1 while the adapter still has rows in this step. */
  readonly active: Tensor;
};

/** Everything a step is given; a term's tensors stand under its place and name, e.g. "0 fisher". */
export type BankBatch = ExampleTensors & {
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
  /** Scalar: 1 in the last part of a batch, 0 in the parts before it; left out: the batch is whole. */
  readonly last?: Tensor;
};

/**
 * State of a bank under training. For each of `lora` [adapters, loraSize], `rows` [adapters, rowsSize; one unused number each without item rows]
 * and, with a mixing, `gate` [1, size]: the numbers, and AdamW's moments as `<name>M` and `<name>V`. `count` [adapters, 1] are the steps taken. Where
 * batches come in parts, `<name>G` is the sum of the gradients of the parts so far.
 */
export type BankState = TensorMap & { readonly lora: Tensor; readonly rows: Tensor; readonly count: Tensor };

/** A norm no gradient reaches. */
export const UNCLIPPED = 1e30;

/** What a step gives back beside the next state. */
export type BankOutputs = { readonly loss: Tensor };

/** The name of a term's tensor among a step's inputs. */
export const termInput = (place: number, name: string): string => `${place} ${name}`;

/** The step for {@linkcode Engine.compile}; frozen: the backbone's parameters. */
export function bankStep(settings: StepSettings): Step<BankBatch, BankState, TensorMap, BankOutputs> {
  return (batch, state, frozen) => {
    const trained: Record<string, Tensor> = {};
    if (settings.bank.projections.length > 0) trained.lora = state.lora;
    if (settings.bank.itemRows.length > 0) trained.rows = state.rows;
    if (settings.mixing !== undefined) trained.gate = state.gate!;
    const { value, grads } = valueAndGrads((values) => bankLoss(settings, batch, frozen, values), trained);
    const next = batch.last === undefined
      ? updated(settings, batch, state, grads)
      : accumulated(batch.last, state, grads, (sums) => updated(settings, batch, state, sums));
    return { outputs: { loss: value }, next: next as BankState };
  };
}

/** The state after an optimiser step with these gradients. */
function updated(
  { adapters, mixing }: StepSettings,
  batch: BankBatch,
  state: BankState,
  grads: TensorMap,
): Record<string, Tensor> {
  const together = adapters === 1 || mixing !== undefined;
  const gradients = clipped(batch.clip, grads, mixing !== undefined);
  const count = tf.add(state.count, batch.active);
  const next: Record<string, Tensor> = { ...state, count };
  for (const [name, gradient] of Object.entries(gradients)) {
    const [params, m, v] = ["", "M", "V"].map((moment) => state[name + moment]!) as [Tensor, Tensor, Tensor];
    const learningRate = name === "rows" ? tf.mul(batch.learningRate, batch.itemRate) : batch.learningRate;
    // Decoupled decay comes first in AdamW, so it can be applied outside, where it may be a tensor.
    const decayed = tf.mul(params, tf.sub(1, tf.mul(learningRate, batch.weightDecay)));
    const made = adamwUpdate({ params: decayed, grads: gradient, m, v, count, learningRate, weightDecay: 0 });
    const kept = (now: Tensor, before: Tensor) => together ? now : keepInactive(batch.active, now, before);
    next[name] = kept(made.params, params);
    next[`${name}M`] = kept(made.m, m);
    next[`${name}V`] = kept(made.v, v);
  }
  return next;
}

function keepInactive(active: Tensor, next: Tensor, previous: Tensor): Tensor {
  return tf.add(previous, tf.mul(active, tf.sub(next, previous)));
}

/** Global-norm clipping (as torch.nn.utils.clip_grad_norm_), of each adapter by itself or of all as one model. */
function clipped(clip: Tensor, gradients: TensorMap, asOne: boolean): Record<string, Tensor> {
  const squares = Object.values(gradients).map((x) => asOne ? tf.sum(tf.square(x)) : tf.sum(tf.square(x), 1, true));
  const norm = tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square)));
  const scale = tf.minimum(tf.div(clip, tf.add(norm, 1e-6)), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)]));
}

/** Sum over the active adapters of their mean loss and their anchor penalty lambda mean(delta^2) (method.md 4), and the terms. */
function bankLoss(settings: StepSettings, batch: BankBatch, frozen: TensorMap, trained: TensorMap): Tensor {
  const noise = dropoutNoise(batch.noise);
  const see = (rows: ExampleTensors, positions: Positions) =>
    adapted(settings, rows, positions, frozen, trained, noise);
  const { inputs: student, mixture } = see(batch, settings.positions);
  const view: StepView = {
    trained,
    mixture,
    student,
    teacher: () => frozenInputs(settings, batch, frozen),
    lossOn: (rows, positions) => sequenceLoss(settings.loss, see(rows, positions).inputs),
  };
  let loss = sequenceLoss(settings.loss, student);
  if (settings.lossWeight !== 1) loss = tf.mul(loss, settings.lossWeight);
  for (const [place, term] of settings.terms.entries()) {
    loss = tf.add(loss, counted(batch, term.over, term.loss(view, inputsOf(batch, place))));
  }
  if (trained.rows === undefined || settings.anchor === 0) return loss;
  const penalty = tf.mul(tf.mean(tf.square(trained.rows), 1, true), settings.anchor);
  return tf.add(loss, counted(batch, "whole", tf.sum(tf.mul(penalty, batch.active))));
}

/** What a part of a batch adds to the batch's loss. */
function counted({ last, weights }: BankBatch, over: Term["over"], value: Tensor): Tensor {
  if (last === undefined || over === "rows") return value;
  return tf.mul(value, over === "whole" ? last : tf.sum(weights));
}

/** A term's own tensors, by the names it gave them. */
function inputsOf(batch: TensorMap, place: number): TensorMap {
  const prefix = termInput(place, "");
  return Object.fromEntries(
    Object.entries(batch).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : []
    ),
  );
}

/** Rows as the adapted model sees them, and how the bank is mixed for them: by a gate, or as `weights` say. */
export function adapted(
  { backbone, bank, mixing, weights, backboneDropout, held }:
    & Pick<StepSettings, "backbone" | "bank" | "mixing" | "backboneDropout" | "held">
    & Partial<Pick<Membership, "weights">>,
  rows: ExampleTensors,
  positions: Positions,
  frozen: TensorMap,
  trained: TensorMap,
  noise?: ReturnType<typeof dropoutNoise>,
): { readonly inputs: LossInputs; readonly mixture: Tensor | undefined } {
  const stacked = trained.rows === undefined ? undefined : stackRows(trained.rows, rowWidth(bank));
  const layout = bankLayout(bank);
  const mixture = weights ?? mixing?.weights(trained.gate!, meanEmbedding(backbone, frozen, rows.sequence));
  const lora = trained.lora ?? tf.zeros([rows.active.shape[0]!, 1]);
  const adapters = adapterHook(bank, layout, lora, stacked, {
    weights: mixture,
    sequenceRows: stacked === undefined ? [] : [{ places: rows.sequencePlaces }],
  }, noise);
  const rowOf = stacked === undefined ? undefined : tf.tensor1d(layout.rowOf, "int32");
  const forward = { adapters, ...(noise === undefined ? {} : { noise, dropout: backboneDropout }) };
  const inputs: LossInputs = {
    states: trainedStates(backbone, frozen, rows, forward, positions),
    candidates: rows.candidates,
    weights: rows.weights,
    items: backbone.items,
    held,
    frozenRows: stacked === undefined,
    bias: itemBias(backbone, frozen),
    embed: (ids) => {
      const shared = scoreRows(backbone, frozen, ids);
      return stacked === undefined ? shared : tf.add(shared, scorePart(bank, embed(stacked, rows.candidatePlaces)));
    },
    // Adapters with rows of their own score the catalogue by tables of their own; a mixture has one set of rows.
    groups: stacked === undefined || mixture !== undefined ? 1 : rows.active.shape[0]!,
    table: (group) => {
      const table = scoreTable(backbone, frozen);
      if (stacked === undefined || rowOf === undefined) return table;
      return tf.add(table, scorePart(bank, embed(stacked, rowsOfGroup(rowOf, bank.itemRows.length, group))));
    },
  };
  return { inputs, mixture };
}

/** Places of all items among the stacked rows of adapter `group`: 0 where an item has none. */
function rowsOfGroup(rowOf: Tensor, itemRows: number, group: number): Tensor {
  if (group === 0) return rowOf;
  return tf.add(rowOf, tf.mul(tf.minimum(rowOf, tf.scalar(1, "int32")), tf.scalar(group * itemRows, "int32")));
}

/** Rows as the frozen backbone sees them. */
function frozenInputs(
  { backbone, positions, held }: StepSettings,
  rows: ExampleTensors,
  frozen: TensorMap,
): LossInputs {
  return {
    states: trainedStates(backbone, frozen, rows, {}, positions),
    candidates: rows.candidates,
    weights: rows.weights,
    items: backbone.items,
    held,
    bias: itemBias(backbone, frozen),
    embed: (ids) => scoreRows(backbone, frozen, ids),
    table: () => scoreTable(backbone, frozen),
  };
}

/** Mean over a sequence's items of their shared rows, [batch, width]: what a gate sees. */
export function meanEmbedding(backbone: Backbone, frozen: TensorMap, sequence: Tensor): Tensor {
  const real = tf.expandDims(tf.cast(tf.greater(sequence, tf.scalar(0, "int32")), "float32"), 2);
  const sum = tf.sum(tf.mul(embedItems(backbone, frozen, sequence), real), 1);
  return tf.div(sum, tf.maximum(tf.sum(real, 1), 1));
}
