/**
 * SASRec: a causal transformer over item sequences (Kang and McAuley, arXiv 1808.09781), in the form RAIE uses: post-norm blocks, GELU (erf),
 * learned positions, a final layer norm, item table tied to the scores, left padding with 0 (method.md 3).
 *
 * Parameter names and layouts are PyTorch's: `blocks.0.q_proj.weight` is [out, in].
 * @module
 */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { embed as embedRows } from "../engine/nn/mod.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import { dropped, normed } from "./projected.ts";
import { lastPostNormLayer, type LayerParts, postNormLayer } from "./post_norm_layer.ts";
import type { TransformerSizes } from "./sizes.ts";
import type { Backbone, Batch, Forward, Parameters, Projection, Sequences } from "./types.ts";

/** Sizes of a SASRec; its item table has one row more than the catalogue. */
export type SasrecConfig = TransformerSizes;

const MASKED = -1e9;
const ITEM_STD = 0.02;

/**
 * A SASRec of the given sizes, as pure functions of its parameters.
 *
 * @throws {RangeError} when `hidden` is not a multiple of `heads`.
 * @example
 * ```ts
 * import { sasrec } from "./sasrec.ts";
 * const model = sasrec({ items: 40, maxLength: 8, hidden: 16, blocks: 2, heads: 2, ffn: 64, layerNormEps: 1e-6 });
 * console.assert(model.projections.length === 12);
 * ```
 */
export function sasrec(config: SasrecConfig): Backbone {
  if (config.hidden % config.heads !== 0) {
    throw new RangeError(`Cannot build sasrec: hidden ${config.hidden} is not a multiple of heads ${config.heads}`);
  }
  return {
    kind: "sasrec",
    items: config.items,
    width: config.hidden,
    maxLength: config.maxLength,
    projections: projections(config),
    itemTable: "item_emb.weight",
    itemOffset: 0,
    learns: "next",
    shapes: shapes(config),
    initialise: (seed) => initialise(config, seed),
    batch: (sequences) => batch(config, sequences),
    hidden: (parameters, batch, forward = {}) => hidden(config, parameters, batch, forward),
    last: (parameters, batch, forward = {}) => last(config, parameters, batch, forward),
    representation: (parameters, batch) => representation(config, parameters, batch),
  };
}

function projections({ blocks, hidden, ffn }: SasrecConfig): Projection[] {
  return Array.from({ length: blocks }, (_, block) => [
    ...["q_proj", "k_proj", "v_proj", "out_proj"].map((name) => ({
      name: `blocks.${block}.${name}`,
      inputs: hidden,
      outputs: hidden,
    })),
    { name: `blocks.${block}.linear1`, inputs: hidden, outputs: ffn },
    { name: `blocks.${block}.linear2`, inputs: ffn, outputs: hidden },
  ]).flat();
}

function shapes(config: SasrecConfig): Record<string, number[]> {
  const { items, maxLength, hidden } = config;
  const result: Record<string, number[]> = {
    "item_emb.weight": [items + 1, hidden],
    "pos_emb.weight": [maxLength, hidden],
  };
  for (const { name, inputs, outputs } of projections(config)) {
    result[`${name}.weight`] = [outputs, inputs];
    result[`${name}.bias`] = [outputs];
  }
  const norms = Array.from({ length: config.blocks }, (_, block) => [`blocks.${block}.norm1`, `blocks.${block}.norm2`])
    .flat();
  for (const name of [...norms, "layer_norm"]) {
    result[`${name}.weight`] = [hidden];
    result[`${name}.bias`] = [hidden];
  }
  return result;
}

/** Item and position rows N(0, .02) with a zero padding row, Xavier-uniform projections, zero biases, unit norms (method.md 10). */
function initialise(config: SasrecConfig, seed: number) {
  const parameters: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  for (const [name, shape] of Object.entries(shapes(config))) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const draw = stream(seed, `initialise ${name}`);
    if (name.endsWith("_emb.weight")) {
      for (let i = 0; i < values.length; i++) values[i] = ITEM_STD * draw.normal();
      if (name === "item_emb.weight") values.fill(0, 0, config.hidden);
    } else if (shape.length === 2) {
      const bound = Math.sqrt(6 / (shape[0]! + shape[1]!));
      for (let i = 0; i < values.length; i++) values[i] = bound * (2 * draw.float() - 1);
    } else if (/norm\d?\.weight$/.test(name)) {
      values.fill(1);
    }
    parameters[name] = { shape, values };
  }
  return parameters;
}

/** Ids as [batch, min(time, maxLength)]: the latest items when a sequence is longer than the model. */
function batch({ maxLength }: SasrecConfig, { rows, time, items }: Sequences): Batch {
  const sequence = tf.tensor2d(items, [rows, time], "int32");
  if (time <= maxLength) return { sequence };
  const latest = tf.slice(sequence, [0, time - maxLength], [rows, maxLength]);
  sequence.dispose();
  return { sequence: latest };
}

/** Item plus position embeddings; a sequence shorter than maxLength takes the last positions, as if padded on the left. */
function embed(config: SasrecConfig, parameters: Parameters, batch: Batch, forward: Forward): Tensor3D {
  const time = batch.sequence.shape[1]!;
  let x = embedRows(parameters["item_emb.weight"]!, batch.sequence) as Tensor3D;
  const delta = forward.adapters?.embeddingDelta();
  if (delta !== undefined) x = tf.add(x, delta);
  const positions = tf.slice(parameters["pos_emb.weight"]!, [config.maxLength - time, 0], [time, config.hidden]);
  return dropped(tf.add(x, tf.expandDims(positions, 0)), forward) as Tensor3D;
}

/** Additive masks: [batch, 1, 1, time] against padding keys, [1, 1, time, time] against the future. */
function keyMask(sequence: Tensor): Tensor {
  const padding = tf.cast(tf.equal(sequence, tf.scalar(0, "int32")), "float32");
  return tf.mul(tf.reshape(padding, [sequence.shape[0]!, 1, 1, sequence.shape[1]!]), MASKED);
}

function causalMask(time: number): Tensor {
  const values = new Float32Array(time * time);
  for (let query = 0; query < time; query++) values.fill(MASKED, query * time + query + 1, (query + 1) * time);
  return tf.tensor(values, [1, 1, time, time]);
}

const finalNorm = (config: SasrecConfig, parameters: Parameters, x: Tensor): Tensor =>
  normed(parameters, "layer_norm", x, config.layerNormEps);

function hidden(config: SasrecConfig, parameters: Parameters, batch: Batch, forward: Forward): Tensor3D {
  const x = embed(config, parameters, batch, forward);
  const bias = tf.add(keyMask(batch.sequence), causalMask(x.shape[1]));
  return finalNorm(config, parameters, blocks(config, parameters, config.blocks, x, bias, forward)) as Tensor3D;
}

/** Left padding puts the scoring position last, so the last block's queries are needed there alone. */
function last(config: SasrecConfig, parameters: Parameters, batch: Batch, forward: Forward): Tensor2D {
  let x = embed(config, parameters, batch, forward);
  const [rows, time] = x.shape;
  const keys = keyMask(batch.sequence);
  const bias = tf.add(keys, causalMask(time));
  x = blocks(config, parameters, config.blocks - 1, x, bias, forward);
  const query = tf.reshape(tf.slice(x, [0, time - 1, 0], [rows, 1, config.hidden]), [rows, config.hidden]);
  if (config.blocks === 0) return finalNorm(config, parameters, query) as Tensor2D;
  const parts = block(config, config.blocks - 1);
  const y = lastPostNormLayer(parts, parameters, query, x, tf.reshape(keys, [rows, 1, time]), forward);
  return finalNorm(config, parameters, y) as Tensor2D;
}

/** The modules of block `index`. */
function block({ heads, layerNormEps }: SasrecConfig, index: number): LayerParts {
  const name = (module: string) => `blocks.${index}.${module}`;
  return {
    query: name("q_proj"),
    key: name("k_proj"),
    value: name("v_proj"),
    out: name("out_proj"),
    inner: name("linear1"),
    outer: name("linear2"),
    attentionNorm: name("norm1"),
    outputNorm: name("norm2"),
    heads,
    layerNormEps,
    innerDropout: true,
  };
}

/** The first `count` blocks over every position, [batch, time, width]. */
function blocks(
  config: SasrecConfig,
  parameters: Parameters,
  count: number,
  x: Tensor3D,
  bias: Tensor,
  forward: Forward,
): Tensor3D {
  const [rows, time, width] = x.shape;
  let flat: Tensor = tf.reshape(x, [rows * time, width]);
  for (let index = 0; index < count; index++) {
    flat = postNormLayer(block(config, index), parameters, flat, [rows, time], bias, forward);
  }
  return tf.reshape(flat, x.shape);
}

function representation(config: SasrecConfig, parameters: Parameters, batch: Batch): Tensor2D {
  const states = hidden(config, parameters, batch, {});
  const real = tf.expandDims(tf.cast(tf.greater(batch.sequence, tf.scalar(0, "int32")), "float32"), 2);
  const mean = tf.sum(tf.mul(states, real), 1);
  // Dividing by the count is left out: the length is made 1 in any case.
  return tf.div(mean, tf.maximum(tf.norm(mean, "euclidean", 1, true), 1e-12)) as Tensor2D;
}
