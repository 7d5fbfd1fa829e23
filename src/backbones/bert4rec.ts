/**
 * BERT4Rec: a transformer that reads item sequences from both sides and learns by guessing hidden items (Sun et al., arXiv 1904.06690), in the form
 * RAIE uses: Hugging Face's BertForMaskedLM over [CLS] items [MASK], scored at [MASK], item table tied to the scores (method.md 3).
 *
 * Parameter names and layouts are Hugging Face's: `bert.encoder.layer.0.attention.self.query.weight` is [out, in]. The decoder is the item table,
 * its bias `cls.predictions.bias`; neither stands under a second name.
 * @module
 */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { embed as embedRows, gelu } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import {
  type Bert4recConfig,
  initialise,
  layerParts,
  POSITIONS,
  projections,
  SCORE_BIAS,
  shapes,
  SPECIAL,
  TOKEN_TYPES,
  TRANSFORM,
  WORDS,
} from "./bert4rec_parameters.ts";
import { type TokenBatch, tokenBatch } from "./bert4rec_tokens.ts";
import { lastPostNormLayer, postNormLayer } from "./post_norm_layer.ts";
import { dropped, normed, projected } from "./projected.ts";
import { specialRows } from "./sizes.ts";
import type { Backbone, Batch, Forward, Parameters } from "./types.ts";

export type { Bert4recConfig } from "./bert4rec_parameters.ts";

const MASKED = -1e9;

/**
 * A BERT4Rec of the given sizes, as pure functions of its parameters.
 *
 * @throws {RangeError} when `hidden` is not a multiple of `heads`.
 * @example
 * ```ts
 * import { bert4rec } from "./bert4rec.ts";
 * const model = bert4rec({ items: 40, maxLength: 8, hidden: 16, blocks: 2, heads: 2, ffn: 64, layerNormEps: 1e-12 });
 * console.assert(model.projections.length === 13);
 * console.assert(model.shapes[model.itemTable]!.join() === "44,16");
 * ```
 */
export function bert4rec(config: Bert4recConfig): Backbone {
  const { items, maxLength, hidden: width, heads } = config;
  if (width % heads !== 0) {
    throw new RangeError(`Cannot build bert4rec: hidden ${width} is not a multiple of heads ${heads}`);
  }
  return {
    kind: "bert4rec",
    items,
    width,
    maxLength,
    projections: projections(config),
    itemTable: WORDS,
    itemOffset: specialRows(config) - 1,
    itemBias: SCORE_BIAS,
    learns: "cloze",
    shapes: shapes(config),
    initialise: (seed) => initialise(config, seed),
    batch: (sequences) => tokenBatch(config, sequences, maxLength, [specialRows(config) - 1]),
    cloze: (sequences) => tokenBatch(config, sequences, maxLength + 1, []),
    hidden: (parameters, batch, forward = {}) => hidden(config, parameters, asTokens(batch), forward),
    head: (parameters, states, forward = {}) => head(config, parameters, states, forward),
    last: (parameters, batch, forward = {}) => last(config, parameters, asTokens(batch), forward),
    representation: (parameters, batch) => representation(config, parameters, asTokens(batch)),
  };
}

/** A batch made by this model. */
const asTokens = (batch: Batch): TokenBatch => batch as TokenBatch;

/** Item, position and token type embeddings, normed: [batch * places, width]. */
function embed(config: Bert4recConfig, parameters: Parameters, batch: TokenBatch, forward: Forward): Tensor2D {
  const [rows, places] = batch.tokens.shape as [number, number];
  const { hidden: width, layerNormEps } = config;
  let words = embedRows(parameters[WORDS]!, batch.tokens);
  const delta = forward.adapters?.embeddingDelta();
  if (delta !== undefined) {
    // Adapters have rows for items alone: zeros for [CLS] before them, and for [MASK] behind them.
    const behind = places - 1 - batch.sequence.shape[1]!;
    words = tf.add(words, tf.pad(delta, [[0, 0], [1, behind], [0, 0]]));
  }
  const positions = embedRows(parameters[POSITIONS]!, batch.positions);
  const type = tf.slice(parameters[TOKEN_TYPES]!, [0, 0], [1, width]);
  const sum = tf.reshape(tf.add(tf.add(words, positions), type), [rows * places, width]);
  return dropped(normed(parameters, "bert.embeddings.LayerNorm", sum, layerNormEps), forward) as Tensor2D;
}

/** Additive mask against padding keys, [batch, 1, 1, places]. */
function keyMask(tokens: Tensor): Tensor {
  const padding = tf.cast(tf.equal(tokens, tf.scalar(SPECIAL.pad, "int32")), "float32");
  return tf.mul(tf.reshape(padding, [tokens.shape[0]!, 1, 1, tokens.shape[1]!]), MASKED);
}

/** The first `count` layers over every place, [batch, places, width]. */
function layers(
  config: Bert4recConfig,
  parameters: Parameters,
  count: number,
  batch: TokenBatch,
  bias: Tensor,
  forward: Forward,
): Tensor3D {
  const shape = batch.tokens.shape as [number, number];
  let x: Tensor = embed(config, parameters, batch, forward);
  for (let index = 0; index < count; index++) {
    x = postNormLayer(layerParts(config, index), parameters, x, shape, bias, forward);
  }
  return tf.reshape(x, [...shape, config.hidden]) as Tensor3D;
}

const hidden = (config: Bert4recConfig, parameters: Parameters, batch: TokenBatch, forward: Forward): Tensor3D =>
  layers(config, parameters, config.blocks, batch, keyMask(batch.tokens), forward);

/** BERT's prediction transform: dense, GELU, norm. */
function head(config: Bert4recConfig, parameters: Parameters, states: Tensor, forward: Forward): Tensor {
  const dense = projected(parameters, [`${TRANSFORM}.dense`], states, forward)[0]!;
  return normed(parameters, `${TRANSFORM}.LayerNorm`, gelu(dense), config.layerNormEps);
}

/** The scoring place is the last, so the last layer's queries are needed there alone. */
function last(config: Bert4recConfig, parameters: Parameters, batch: TokenBatch, forward: Forward): Tensor2D {
  const { blocks, hidden: width } = config;
  const [rows, places] = batch.tokens.shape as [number, number];
  const bias = keyMask(batch.tokens);
  const memory = layers(config, parameters, Math.max(0, blocks - 1), batch, bias, forward);
  let state: Tensor = tf.reshape(tf.slice(memory, [0, places - 1, 0], [rows, 1, width]), [rows, width]);
  if (blocks > 0) {
    const keys = tf.reshape(bias, [rows, 1, places]);
    state = lastPostNormLayer(layerParts(config, blocks - 1), parameters, state, memory, keys, forward);
  }
  return head(config, parameters, state, forward) as Tensor2D;
}

/** Mean over all tokens but padding, [CLS] and [MASK] among them. */
function representation(config: Bert4recConfig, parameters: Parameters, batch: TokenBatch): Tensor2D {
  const states = hidden(config, parameters, batch, {});
  const real = tf.expandDims(tf.cast(tf.greater(batch.tokens, tf.scalar(SPECIAL.pad, "int32")), "float32"), 2);
  const mean = tf.sum(tf.mul(states, real), 1);
  // Dividing by the count is left out: the length is made 1 in any case.
  return tf.div(mean, tf.maximum(tf.norm(mean, "euclidean", 1, true), 1e-12)) as Tensor2D;
}
