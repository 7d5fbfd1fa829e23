/**
 * Training a backbone whole (method.md 3): every position of a sequence predicts the next item, or hidden items are predicted from both sides.
 * @module
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Windows } from "../data/types.ts";
import { adamwUpdate } from "../engine/adamw.ts";
import { clipByGlobalNorm } from "../engine/clip.ts";
import { dropoutNoise } from "../engine/dropout.ts";
import { flatten, type Layout, unflatten } from "../engine/flat.ts";
import { valueAndGrads } from "../engine/gradients.ts";
import { embed } from "../engine/nn/mod.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import { stream } from "../engine/random.ts";
import { scheduledRate } from "../engine/schedule.ts";
import { type Checkpoints, type Curve, runTraining } from "../engine/training_loop.ts";
import { tf } from "../engine/tfjs.ts";
import type { Engine, Step, TensorMap } from "../engine/types.ts";
import type { TrainingSpec } from "../spec/types.ts";
import { clozeBatch } from "./cloze.ts";
import { emptySequences, ExampleBatch, type Positions, putSequence } from "./examples.ts";
import { itemBias, scoreRows, scoreTable } from "./item_rows.ts";
import { negativesOf, sequenceLoss } from "./losses.ts";
import { drawNegatives } from "./negatives.ts";
import type { TrainingRows } from "./training_rows.ts";
import type { Backbone, Batch } from "./types.ts";

/** How a whole backbone trains. */
export interface WholeTraining {
  /** Joins the random streams to the training, e.g. "backbone". */
  readonly purpose: string;
  /** Loss, epochs, batch, rate, decay, clipping, warm-up. */
  readonly training: TrainingSpec;
  /** Where the loss is taken. A cloze model takes "all" as its own way of learning: at hidden items. */
  readonly positions: Positions;
  /** Share of a row's items that a cloze model hides. */
  readonly mask?: number | undefined;
  /** Dropout rate of the backbone. */
  readonly dropout: number;
  /** Blocks of scores over the catalogue that are held at a time, see `blocksHeld`; no value depends on it. Left out: 1. */
  readonly held?: number | undefined;
  /** Optimiser steps in all; left out: as many as `training.epochs` make. */
  readonly steps?: number | undefined;
  /** Root of shuffles, negatives, hidden items and dropout. */
  readonly seed: number;
}

/** Sequences with what is to be learnt from them; a cloze batch has `places` [places] too: where the hidden items stand among its states. */
type Examples = Batch & {
  /** [places, 1 + negatives]: the right item, then its negatives. */
  readonly candidates: Tensor;
  /** [places], sums to 1. */
  readonly weights: Tensor;
};

/** What a step is given. */
export type PretrainBatch = Examples & {
  readonly learningRate: Tensor;
  /** [2] int32 */
  readonly noise: Tensor;
};

/** All parameters as one vector, with AdamW's moments. */
export type PretrainState = { readonly params: Tensor; readonly m: Tensor; readonly v: Tensor; readonly count: Tensor };

/** One training step of a whole backbone as a pure function. */
export function pretrainStep(
  backbone: Backbone,
  layout: Layout,
  { training: { loss, weightDecay, clip }, dropout, positions, held }: Pick<
    WholeTraining,
    "training" | "dropout" | "positions" | "held"
  >,
): Step<PretrainBatch, PretrainState, TensorMap, { loss: Tensor }> {
  return (batch, state) => {
    const { value, grads } = valueAndGrads(({ params }) => {
      const parameters = unflatten(params!, layout);
      const forward = { noise: dropoutNoise(batch.noise), dropout };
      return sequenceLoss(loss, {
        states: trainedStates(backbone, parameters, batch, forward, positions),
        candidates: batch.candidates,
        weights: batch.weights,
        items: backbone.items,
        held,
        embed: (ids) => scoreRows(backbone, parameters, ids),
        table: () => scoreTable(backbone, parameters),
        bias: itemBias(backbone, parameters),
      });
    }, { params: state.params });
    const [gradient] = clip === null ? [grads.params!] : clipByGlobalNorm([grads.params!], clip);
    const count = tf.add(state.count, 1);
    const next = adamwUpdate({
      params: state.params,
      grads: gradient!,
      m: state.m,
      v: state.v,
      count,
      learningRate: batch.learningRate,
      weightDecay,
    });
    return { outputs: { loss: value }, next: { ...next, count } };
  };
}

/** What is compared with item rows wherever the loss is taken, [places, width]. */
export function trainedStates(
  backbone: Backbone,
  parameters: TensorMap,
  batch: Batch,
  forward: Parameters<Backbone["hidden"]>[2],
  positions: Positions,
): Tensor {
  if (positions === "last") return backbone.last(parameters, batch, forward);
  const hidden = backbone.hidden(parameters, batch, forward);
  const states = tf.reshape(hidden, [hidden.size / backbone.width, backbone.width]);
  const chosen = batch.places === undefined ? states : embed(states, batch.places);
  return backbone.head === undefined ? chosen : backbone.head(parameters, chosen, forward);
}

/** A trained backbone's parameters and its loss over steps. */
export interface Pretrained {
  /** By name, row-major, as the last step left them. */
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>;
  /** Loss at about 200 steps at most, 1-based. */
  readonly curve: Curve;
  /** Optimiser steps in all. */
  readonly steps: number;
}

/** What a caller may have a hand in while a backbone trains. */
export interface PretrainHooks {
  /** Where the training is kept while it runs, and taken up from. */
  readonly checkpoints?: Checkpoints | undefined;
  /** Told after every step; may throw to stop. */
  readonly onStep?: (done: number, total: number, loss: number) => void | Promise<void>;
}

/**
 * Trains a backbone from `start`; the last epoch is kept (no validation, as the authors).
 *
 * @throws {TrainingError} when the loss stops being finite.
 */
export async function pretrain(
  engine: Engine,
  backbone: Backbone,
  rows: TrainingRows,
  whole: WholeTraining,
  start: PlainTensors,
  { checkpoints, onStep }: PretrainHooks = {},
): Promise<Pretrained> {
  const { purpose, seed, training: { epochs, batch, learningRate, warmup } } = whole;
  const named = Object.fromEntries(
    Object.entries(start).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
  const { flat, layout } = flatten(named);
  tf.dispose(named);
  const state: PretrainState = { params: flat, m: tf.zerosLike(flat), v: tf.zerosLike(flat), count: tf.scalar(0) };
  const name = purpose === "backbone" ? backbone.kind : purpose;
  const step = engine.compile(pretrainStep(backbone, layout, whole), { name: `train ${backbone.kind}`, state });
  tf.dispose(state);
  const { count } = rows.windows;
  const size = Math.min(batch, count);
  const perEpoch = Math.ceil(count / size);
  const total = whole.steps ?? perEpoch * epochs;
  const orderOf = shuffledRows(count, seed, purpose);
  try {
    const curve = await runTraining({
      name,
      step,
      total,
      inputs: (index): PretrainBatch => {
        const from = (index % perEpoch) * size;
        const chosen = orderOf(Math.floor(index / perEpoch)).subarray(from, from + size);
        return {
          ...pretrainBatch(backbone, rows, chosen, size, whole, index),
          learningRate: tf.scalar(scheduledRate(learningRate, index, total, warmup)),
          noise: tf.tensor1d(stream(seed, `dropout ${purpose}`, index).int32(2), "int32"),
        };
      },
      checkpoints,
      onStep: (done, loss) => onStep?.(done, total, loss),
    });
    const trained = step.readState();
    const values = await trained.params.data() as Float32Array;
    tf.dispose(trained);
    const parameters: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
    for (const { name, shape, offset, size } of layout.entries) {
      parameters[name] = { shape, values: values.slice(offset, offset + size) };
    }
    return { parameters, curve, steps: total };
  } finally {
    step.dispose();
  }
}

/** The order of an epoch's rows; the last one asked for is remembered. */
function shuffledRows(count: number, seed: number, purpose: string): (epoch: number) => Int32Array {
  const order = new Int32Array(count);
  let known = -1;
  return (epoch) => {
    if (epoch !== known) {
      order.forEach((_, row) => order[row] = row);
      stream(seed, `shuffle ${purpose}`, epoch).shuffle(order);
      known = epoch;
    }
    return order;
  };
}

function pretrainBatch(
  backbone: Backbone,
  rows: TrainingRows,
  chosen: Int32Array,
  batch: number,
  whole: WholeTraining,
  step: number,
): Examples {
  if (backbone.learns === "cloze" && whole.positions === "all") {
    return clozeExamples(backbone, rows, chosen, batch, whole, step);
  }
  const { purpose, seed, positions, training: { loss } } = whole;
  const time = Math.min(rows.windows.context, backbone.maxLength);
  const examples = new ExampleBatch({
    rows: batch,
    time,
    positions,
    negatives: negativesOf(loss),
    items: backbone.items,
  });
  examples.put(0, rows, chosen, stream(seed, `negatives ${purpose}`, step));
  return {
    ...backbone.batch(examples.sequences),
    candidates: tf.tensor2d(examples.candidates, [batch * examples.perRow, examples.each], "int32"),
    weights: tf.tensor1d(examples.weights),
  };
}

function clozeExamples(
  backbone: Backbone,
  { windows, excluded }: TrainingRows,
  chosen: Int32Array,
  batch: number,
  { purpose, seed, mask, training: { loss } }: WholeTraining,
  step: number,
): Examples {
  if (backbone.cloze === undefined || mask === undefined) {
    throw new TypeError(`${backbone.kind} learns from hidden items and lacks how`);
  }
  const sequences = runs(windows, chosen, batch, backbone.maxLength);
  const hidden = clozeBatch({ sequences, mask, items: backbone.items, draw: stream(seed, `hidden ${purpose}`, step) });
  const each = 1 + negativesOf(loss);
  const count = hidden.targets.length;
  const perRow = count / batch;
  const candidates = new Int32Array(count * each);
  const draw = stream(seed, `negatives ${purpose}`, step);
  hidden.targets.forEach((target, at) => {
    candidates[at * each] = target;
    if (hidden.weights[at] === 0) return;
    drawNegatives(
      draw,
      excluded(chosen[Math.floor(at / perRow)]!),
      backbone.items,
      candidates.subarray(at * each + 1, (at + 1) * each),
    );
  });
  return {
    ...backbone.cloze(hidden.sequences),
    places: tf.tensor1d(hidden.places, "int32"),
    candidates: tf.tensor2d(candidates, [count, each], "int32"),
    weights: tf.tensor1d(hidden.weights),
  };
}

/** Whole runs, targets included; of those longer than `longest` + 1 the latest items; `batch` - chosen.length rows of padding. */
function runs(windows: Windows, chosen: Int32Array, batch: number, longest: number) {
  const sequences = emptySequences(batch, Math.min(windows.context, longest) + 1);
  chosen.forEach((row, r) => putSequence(sequences, r, windows, row, windows.context + 1));
  return sequences;
}
