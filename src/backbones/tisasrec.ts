/**
 * TiSASRec: a causal transformer over item sequences that sees how much time lies between items (Li et al., WSDM 2020), in the form RAIE uses:
 * post-norm layers, GELU (erf), terms of distance and time in keys and values, the item table tied to the scores (method.md 3).
 *
 * The paper's terms of position are absolute; RAIE's go by distance, beside absolute positions in the embeddings. Its gaps are buckets of seconds,
 * the same for everybody; the paper counts them in a user's shortest gap. Parameter names and layouts are those of RAIE's PyTorch:
 * `layers.0.Wq.weight` is [out, in].
 * @module
 */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { embed as embedRows } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import { embedItems } from "./item_rows.ts";
import { dropped, normed } from "./projected.ts";
import { gapBuckets } from "./time_gaps.ts";
import { layer, pairPlaces, type Pairs } from "./tisasrec_layer.ts";
import {
  FINAL_NORM,
  initialise,
  ITEMS,
  POSITIONS,
  projections,
  SCORE_BIAS,
  shapes,
  type TisasrecConfig,
} from "./tisasrec_parameters.ts";
import { specialRows } from "./sizes.ts";
import type { Backbone, Batch, Forward, Parameters, Sequences } from "./types.ts";

export type { TisasrecConfig } from "./tisasrec_parameters.ts";

const MASKED = -1e9;

/** Sequences as this model reads them. */
type TimedBatch = Batch & {
  /** [batch, time] int32: an item's place in its sequence, from 0; 0 at padding. */
  readonly positions: Tensor;
  /** [batch, time, time] int32: buckets of the gaps between places. */
  readonly buckets: Tensor;
};

/**
 * A TiSASRec of the given sizes, as pure functions of its parameters.
 *
 * @throws {RangeError} when `hidden` is not a multiple of `heads`.
 * @example
 * ```ts
 * import { tisasrec } from "./tisasrec.ts";
 * const sizes = { items: 40, maxLength: 8, hidden: 16, blocks: 2, heads: 2, ffn: 64, layerNormEps: 1e-5 };
 * const model = tisasrec({ ...sizes, timeBuckets: 64, maxGapDays: 60 });
 * console.assert(model.projections.length === 12);
 * console.assert(model.shapes["layers.0.tim_k.weight"]!.join() === "64,8");
 * ```
 */
export function tisasrec(config: TisasrecConfig): Backbone {
  const { items, maxLength, hidden: width, heads } = config;
  if (width % heads !== 0) {
    throw new RangeError(`Cannot build tisasrec: hidden ${width} is not a multiple of heads ${heads}`);
  }
  return {
    kind: "tisasrec",
    items,
    width,
    maxLength,
    projections: projections(config),
    itemTable: ITEMS,
    itemOffset: specialRows(config) - 1,
    itemBias: SCORE_BIAS,
    learns: "next",
    shapes: shapes(config),
    initialise: (seed) => initialise(config, seed),
    batch: (sequences) => timedBatch(config, sequences),
    hidden: (parameters, batch, forward = {}) => hidden(config, parameters, asTimed(batch), forward),
    last: (parameters, batch, forward = {}) => last(config, parameters, asTimed(batch), forward),
    representation: (parameters, batch) => representation(config, parameters, asTimed(batch)),
  };
}

/** A batch made by this model. */
const asTimed = (batch: Batch): TimedBatch => batch as TimedBatch;

/** Of sequences longer than the model the latest items: [batch, min(time, maxLength)]. */
function timedBatch(config: TisasrecConfig, { rows, time: given, items, times }: Sequences): TimedBatch {
  const time = Math.min(given, config.maxLength);
  const ids = new Int32Array(rows * time);
  const seconds = new Float64Array(rows * time);
  const positions = new Int32Array(rows * time);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [(row + 1) * given - time, (row + 1) * given];
    ids.set(items.subarray(from, to), row * time);
    seconds.set(times.subarray(from, to), row * time);
    let position = 0;
    for (let at = row * time; at < (row + 1) * time; at++) if (ids[at] !== 0) positions[at] = position++;
  }
  return {
    sequence: tf.tensor2d(ids, [rows, time], "int32"),
    positions: tf.tensor2d(positions, [rows, time], "int32"),
    buckets: tf.tensor3d(gapBuckets(seconds, rows, time, config), [rows, time, time], "int32"),
  };
}

/** Item plus position embeddings, [batch * time, width]. */
function embed(config: TisasrecConfig, parameters: Parameters, batch: TimedBatch, forward: Forward): Tensor {
  const rows = { items: config.items, itemTable: ITEMS, itemOffset: specialRows(config) - 1 };
  let x = embedItems(rows, parameters, batch.sequence);
  const delta = forward.adapters?.embeddingDelta();
  if (delta !== undefined) x = tf.add(x, delta);
  x = tf.add(x, embedRows(parameters[POSITIONS]!, batch.positions));
  return dropped(tf.reshape(x, [batch.sequence.size, config.hidden]), forward);
}

/** What the layers need of the last `queries` positions' pairs; padding and the future are masked. */
function pairsOf(config: TisasrecConfig, { sequence, buckets }: TimedBatch, queries: number): Pairs {
  const [batch, time] = sequence.shape as [number, number];
  const padding = tf.cast(tf.equal(sequence, tf.scalar(0, "int32")), "float32");
  const future = new Float32Array(queries * time);
  for (let query = 0; query < queries; query++) {
    future.fill(MASKED, query * time + time - queries + query + 1, (query + 1) * time);
  }
  const keys = tf.mul(tf.reshape(padding, [batch, 1, 1, time]), MASKED);
  return {
    shape: [batch, time],
    queries,
    places: pairPlaces(config, buckets, queries),
    bias: tf.add(keys, tf.tensor(future, [1, 1, queries, time])),
  };
}

const finalNorm = (config: TisasrecConfig, parameters: Parameters, x: Tensor): Tensor =>
  normed(parameters, FINAL_NORM, x, config.layerNormEps);

/** The first `count` layers over every position, [batch * time, width]. */
function layers(
  config: TisasrecConfig,
  parameters: Parameters,
  count: number,
  batch: TimedBatch,
  forward: Forward,
): Tensor {
  let x = embed(config, parameters, batch, forward);
  if (count === 0) return x;
  const pairs = pairsOf(config, batch, batch.sequence.shape[1]!);
  for (let index = 0; index < count; index++) x = layer(config, parameters, index, x, pairs, forward);
  return x;
}

function hidden(config: TisasrecConfig, parameters: Parameters, batch: TimedBatch, forward: Forward): Tensor3D {
  const x = layers(config, parameters, config.blocks, batch, forward);
  const [rows, time] = batch.sequence.shape as [number, number];
  return tf.reshape(finalNorm(config, parameters, x), [rows, time, config.hidden]);
}

/** Left padding puts the scoring position last, so the last layer's queries are needed there alone. */
function last(config: TisasrecConfig, parameters: Parameters, batch: TimedBatch, forward: Forward): Tensor2D {
  const { blocks, hidden: width } = config;
  const [rows, time] = batch.sequence.shape as [number, number];
  const x = layers(config, parameters, Math.max(0, blocks - 1), batch, forward);
  if (blocks === 0) {
    const states = tf.slice(tf.reshape(x, [rows, time, width]), [0, time - 1, 0], [rows, 1, width]);
    return finalNorm(config, parameters, tf.reshape(states, [rows, width])) as Tensor2D;
  }
  const state = layer(config, parameters, blocks - 1, x, pairsOf(config, batch, 1), forward);
  return finalNorm(config, parameters, state) as Tensor2D;
}

function representation(config: TisasrecConfig, parameters: Parameters, batch: TimedBatch): Tensor2D {
  const states = hidden(config, parameters, batch, {});
  const real = tf.expandDims(tf.cast(tf.greater(batch.sequence, tf.scalar(0, "int32")), "float32"), 2);
  const mean = tf.sum(tf.mul(states, real), 1);
  // Dividing by the count is left out: the length is made 1 in any case.
  return tf.div(mean, tf.maximum(tf.norm(mean, "euclidean", 1, true), 1e-12)) as Tensor2D;
}
