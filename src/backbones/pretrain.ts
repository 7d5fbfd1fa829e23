/**
 * Training a backbone on S (method.md 3): every position of a sequence predicts the next item.
 * @module
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { adamwUpdate } from "../engine/adamw.ts";
import { clipByGlobalNorm } from "../engine/clip.ts";
import { dropoutNoise } from "../engine/dropout.ts";
import { flatten, type Layout, unflatten } from "../engine/flat.ts";
import { valueAndGrads } from "../engine/gradients.ts";
import { embed } from "../engine/nn/mod.ts";
import { stream } from "../engine/random.ts";
import { scheduledRate } from "../engine/schedule.ts";
import { type Checkpoints, type Curve, runTraining } from "../engine/training_loop.ts";
import { tf } from "../engine/tfjs.ts";
import type { Engine, Step, TensorMap } from "../engine/types.ts";
import type { BackboneSpec } from "../spec/types.ts";
import { negativesOf, sequenceLoss } from "./losses.ts";
import { drawNegatives } from "./negatives.ts";
import type { TrainingRows } from "./training_rows.ts";
import type { Backbone, Batch } from "./types.ts";

/** A batch of sequences with targets at every position. */
export type PretrainBatch = Batch & {
  /** [batch * time, 1 + negatives]: the next item, then its negatives. */
  readonly candidates: Tensor;
  /** [batch * time], sums to 1. */
  readonly weights: Tensor;
  readonly learningRate: Tensor;
  /** [2] int32 */
  readonly noise: Tensor;
};

/** All parameters as one vector, with AdamW's moments. */
export type PretrainState = { readonly params: Tensor; readonly m: Tensor; readonly v: Tensor; readonly count: Tensor };

/** One pretraining step as a pure function. */
export function pretrainStep(
  backbone: Backbone,
  layout: Layout,
  spec: BackboneSpec,
): Step<PretrainBatch, PretrainState, TensorMap, { loss: Tensor }> {
  const { loss, weightDecay, clip } = spec.training;
  return (batch, state) => {
    const { value, grads } = valueAndGrads(({ params }) => {
      const parameters = unflatten(params!, layout);
      const noise = dropoutNoise(batch.noise);
      const states = backbone.hidden(parameters, batch, { noise, dropout: spec.dropout });
      const table = parameters[backbone.itemTable]!;
      return sequenceLoss(loss, {
        states: tf.reshape(states, [batch.sequence.size, backbone.width]),
        candidates: batch.candidates,
        weights: batch.weights,
        items: backbone.items,
        embed: (ids) => embed(table, ids),
        table: () => table,
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
 * Trains a backbone from fresh parameters; the last epoch is kept (no validation, as the authors).
 *
 * @throws {TrainingError} when the loss stops being finite.
 */
export async function pretrain(
  engine: Engine,
  backbone: Backbone,
  rows: TrainingRows,
  spec: BackboneSpec,
  seed: number,
  { checkpoints, onStep }: PretrainHooks = {},
): Promise<Pretrained> {
  const { epochs, batch, learningRate, warmup } = spec.training;
  const initial = backbone.initialise(seed);
  const named = Object.fromEntries(
    Object.entries(initial).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
  const { flat, layout } = flatten(named);
  tf.dispose(named);
  const state: PretrainState = { params: flat, m: tf.zerosLike(flat), v: tf.zerosLike(flat), count: tf.scalar(0) };
  const step = engine.compile(pretrainStep(backbone, layout, spec), { name: `pretrain ${backbone.kind}`, state });
  tf.dispose(state);
  const size = Math.min(batch, rows.count);
  const perEpoch = Math.ceil(rows.count / size);
  const total = perEpoch * epochs;
  const negatives = negativesOf(spec.training.loss);
  const orderOf = shuffledRows(rows.count, seed);
  try {
    const curve = await runTraining({
      name: backbone.kind,
      step,
      total,
      inputs: (index): PretrainBatch => {
        const from = (index % perEpoch) * size;
        const chosen = orderOf(Math.floor(index / perEpoch)).subarray(from, from + size);
        return {
          ...pretrainBatch(rows, chosen, size, backbone.items, negatives, seed, index),
          learningRate: tf.scalar(scheduledRate(learningRate, index, total, warmup)),
          noise: tf.tensor1d(stream(seed, "dropout backbone", index).int32(2), "int32"),
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
function shuffledRows(count: number, seed: number): (epoch: number) => Int32Array {
  const order = new Int32Array(count);
  let known = -1;
  return (epoch) => {
    if (epoch !== known) {
      order.forEach((_, row) => order[row] = row);
      stream(seed, "shuffle backbone", epoch).shuffle(order);
      known = epoch;
    }
    return order;
  };
}

function pretrainBatch(
  rows: TrainingRows,
  chosen: Int32Array,
  batch: number,
  items: number,
  negatives: number,
  seed: number,
  step: number,
) {
  const { time } = rows;
  const sequence = new Int32Array(batch * time);
  const each = 1 + negatives;
  const candidates = new Int32Array(batch * time * each);
  const weights = new Float32Array(batch * time);
  const draw = stream(seed, "negatives backbone", step);
  let total = 0;
  chosen.forEach((row, r) => {
    const excluded = rows.excluded(row);
    for (let t = 0; t < time; t++) {
      const at = r * time + t;
      sequence[at] = rows.items[row * time + t]!;
      candidates[at * each] = rows.next[row * time + t]!;
      if (sequence[at] === 0 || candidates[at * each] === 0) continue;
      weights[at] = 1;
      total++;
      drawNegatives(draw, excluded, items, candidates.subarray(at * each + 1, (at + 1) * each));
    }
  });
  for (let i = 0; i < weights.length; i++) weights[i]! /= Math.max(1, total);
  return {
    sequence: tf.tensor2d(sequence, [batch, time], "int32"),
    candidates: tf.tensor2d(candidates, [batch * time, each], "int32"),
    weights: tf.tensor1d(weights),
  };
}
