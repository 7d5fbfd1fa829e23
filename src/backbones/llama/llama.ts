/**
 * A Llama-family language model that is asked for the next item (OpenP5, arXiv 2306.11134; method.md 3): a sequence becomes a prompt, every item is a
 * token of its own, and items are scored at the prompt's last token.
 *
 * Parameters have their names in Hugging Face's files, weights are [out, in]. The token table goes on behind the checkpoint's own rows with one row
 * for each item. Where output rows are others than the token table's, `lm_head.weight` holds those of the items alone, behind one zero row: no other
 * token is ever scored.
 * @module
 */
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { embed } from "../../engine/nn/mod.ts";
import { stream } from "../../engine/random.ts";
import { recomputed } from "../../engine/recomputed.ts";
import { tf } from "../../engine/tfjs.ts";
import type { Tensor, TensorMap } from "../../engine/types.ts";
import type { Backbone, Forward, Parameters, Projection, Sequences } from "../types.ts";
import { type LlamaConfig, llamaShapes } from "./config.ts";
import { layerAtAnswer, layerEverywhere, layerPath, normed, type Places, projectionsOf } from "./layer.ts";
import { type Angles, anglesOf, placesOf } from "./places.ts";
import type { PromptEncoder } from "./prompt.ts";
import { type TokenBatch, tokenBatch } from "./token_batch.ts";

const TOKENS = "model.embed_tokens.weight";
const OUTPUT = "lm_head.weight";

/** What a model is made of. */
export interface LlamaOptions {
  /** Of the checkpoint. */
  readonly config: LlamaConfig;
  /** Items of the catalogue: item 1 has the first row behind the checkpoint's own. */
  readonly items: number;
  /** Items a prompt holds; of longer contexts the latest. */
  readonly context: number;
  /** Makes prompts. */
  readonly prompts: PromptEncoder;
  /** Places of a prompt: tokens of the longest. */
  readonly places: number;
  /** Whether activations of a layer are computed again in the backward pass instead of being kept. */
  readonly checkpointing: boolean;
}

/**
 * The model, as pure functions of its parameters.
 *
 * @throws {RangeError} when prompts have more places than the checkpoint has positions.
 */
export function llama(options: LlamaOptions): Backbone {
  const { config, items, context, prompts, places } = options;
  const itemOffset = config.vocabulary - 1;
  const angles = anglesOf(config, places);
  const model: Model = { ...options, angles };
  const shape = { prompts, places, itemOffset };
  return {
    kind: "llama",
    items,
    width: config.hidden,
    maxLength: context,
    projections: projections(config),
    itemTable: TOKENS,
    itemOffset,
    ...(config.tied ? {} : { scoreTable: { name: OUTPUT, offset: 0, module: "lm_head" } }),
    peftTask: "CAUSAL_LM",
    learns: "answer",
    shapes: shapes(config, items),
    initialise: (seed) => initialise(config, items, seed),
    batch: (sequences) => tokenBatch(shape, latest(sequences, context)),
    hidden: (parameters, batch, forward = {}) => hidden(model, parameters, batch as TokenBatch, forward),
    last: (parameters, batch, forward = {}) => last(model, parameters, batch as TokenBatch, forward),
    representation: (parameters, batch) => representation(model, parameters, batch as TokenBatch),
    constant: {
      layers: (projections) => lowestLayer(config, projections),
      states: (parameters, batch, layers) => statesBehind(model, parameters, batch as TokenBatch, layers),
    },
  };
}

type Model = LlamaOptions & { readonly angles: Angles };

/** Sequences cut to their latest items. */
function latest(sequences: Sequences, context: number): Sequences {
  const { rows, time, items, times } = sequences;
  if (time <= context) return sequences;
  const cut = <T extends Int32Array | Float64Array>(values: T): T => {
    const kept = values.slice(0, rows * context) as T;
    for (let row = 0; row < rows; row++) {
      kept.set(values.subarray((row + 1) * time - context, (row + 1) * time) as never, row * context);
    }
    return kept;
  };
  return { ...sequences, time: context, items: cut(items), times: cut(times) };
}

/** Every tensor of the model in memory: the checkpoint's with rows for the items. */
function shapes(config: LlamaConfig, items: number): Record<string, readonly number[]> {
  const { vocabulary, hidden, tied } = config;
  return {
    ...llamaShapes(config),
    [TOKENS]: [vocabulary + items, hidden],
    ...(tied ? {} : { [OUTPUT]: [items + 1, hidden] }),
  };
}

/** The first layer with one of the projections; all layers where none has. */
function lowestLayer({ layers }: LlamaConfig, projections: readonly Projection[]): number {
  const names = projections.map(({ name }) => name);
  const own = Array.from({ length: layers }, (_, layer) => names.some((name) => name.startsWith(layerPath(layer))));
  return own.includes(true) ? own.indexOf(true) : layers;
}

function projections(config: LlamaConfig): Projection[] {
  const all = llamaShapes(config);
  return Array.from({ length: config.layers }, (_, layer) => {
    const { queries, memory, out, wide, narrow } = projectionsOf(layer);
    return [...queries, ...memory, ...out, ...wide, ...narrow].map((name) => {
      const [outputs, inputs] = all[`${name}.weight`] as [number, number];
      return { name, inputs, outputs };
    });
  }).flat();
}

/** A model that nobody has trained: weights of deviation .02, norms 1, biases 0. */
function initialise(config: LlamaConfig, items: number, seed: number): ReturnType<Backbone["initialise"]> {
  return Object.fromEntries(
    Object.entries(shapes(config, items)).map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (name.endsWith("norm.weight")) values.fill(1);
      else if (name.endsWith(".weight")) stream(seed, `initialise ${name}`).fillNormal(values, 0.02);
      if (name === OUTPUT) values.fill(0, 0, config.hidden);
      return [name, { shape, values }];
    }),
  );
}

/** Embedded tokens, item rows' deltas added: [shared + batch * own, hidden]. */
function embedded(model: Model, parameters: Parameters, batch: TokenBatch, shared: number, forward: Forward): Tensor {
  const { config: { hidden }, prompts, places } = model;
  const [rows] = batch.tokens.shape as [number, number];
  const own = places - shared;
  const mine = (x: Tensor) => tf.reshape(tf.slice(x, [0, shared], [rows, own]), [rows * own]);
  let x = embed(parameters[TOKENS]!, mine(batch.tokens));
  const delta = forward.adapters?.embeddingDelta();
  if (delta !== undefined) {
    // Each sequence's deltas stand below a zero row of their own, which tokens that are no item's take.
    const stacked = tf.concat([tf.zeros([rows, 1, hidden]), delta], 1);
    const each = stacked.shape[1]!;
    const first = tf.reshape(tf.range(0, rows * each, each, "int32"), [rows, 1]);
    x = tf.add(x, embed(tf.reshape(stacked, [rows * each, hidden]), mine(tf.add(batch.itemPlaces, first))));
  }
  if (shared === 0) return x;
  return tf.concat([embed(parameters[TOKENS]!, tf.tensor1d(prompts.prefix, "int32")), x], 0);
}

/** How many places are computed once for all prompts: none where prompts differ in the adapters they use. */
const sharedBy = ({ prompts }: Model, batch: TokenBatch, { adapters }: Forward): number =>
  batch.answer !== undefined || adapters?.uniform === false ? 0 : prompts.prefix.length;

/** One way of running a layer. */
type RunLayer = typeof layerEverywhere;

/** Layer `index` by `run`, its activations kept or computed again in the backward pass. */
function throughLayer(
  run: RunLayer,
  { checkpointing, config }: Model,
  parameters: Parameters,
  index: number,
  x: Tensor,
  places: Places,
  forward: Forward,
): Tensor {
  if (!checkpointing) return run(config, parameters, index, x, places, forward);
  const noiseAgain = forward.noise?.repeatable();
  const { adapters } = forward;
  const taken = adapters?.taken(Object.values(projectionsOf(index)).flat());
  // Without adapters the layer's own parameters may be what trains.
  const own = taken === undefined ? Object.keys(parameters).filter((name) => name.startsWith(layerPath(index))) : [];
  const layer = ([x, ...trained]: readonly Tensor[], tensors: TensorMap) => {
    const noise = noiseAgain?.();
    const again: Forward = {
      ...forward,
      ...(noise && { noise }),
      ...(adapters && taken && { adapters: { ...adapters, ...taken.with(trained, noise) } }),
    };
    const changed = Object.fromEntries(own.map((name, k) => [name, trained[k]!]));
    const place = { ...places, tensors: tensors as Places["tensors"] };
    return run(config, { ...parameters, ...changed }, index, x!, place, again);
  };
  return recomputed(layer, [x, ...taken?.tensors ?? own.map((name) => parameters[name]!)], places.tensors);
}

/** States of the first `count` layers, one row for each place. */
function states(
  model: Model,
  parameters: Parameters,
  count: number,
  batch: TokenBatch,
  places: Places,
  forward: Forward,
): Tensor {
  const { from = 0 } = forward;
  let x = from > 0 ? below(batch, places) : embedded(model, parameters, batch, places.shared, forward);
  for (let index = Math.min(from, count); index < count; index++) {
    x = throughLayer(layerEverywhere, model, parameters, index, x, places, forward);
  }
  return x;
}

/** States that the batch came with, as rows: what all prompts begin with has the same states in each. */
function below({ below }: TokenBatch, { batch, own, shared }: Places): Tensor {
  const width = below!.shape[2]!;
  const part = (rows: number, from: number, places: number) =>
    tf.reshape(tf.slice(below!, [0, from, 0], [rows, places, width]), [rows * places, width]);
  const mine = part(batch, shared, own);
  return shared === 0 ? mine : tf.concat([part(1, 0, shared), mine], 0);
}

/** The last hidden state behind the final norm: shared places' rows, then every prompt's own. */
function everyState(model: Model, parameters: Parameters, batch: TokenBatch, forward: Forward) {
  const places = placesOf(model.angles, batch, sharedBy(model, batch, forward));
  const x = states(model, parameters, model.config.layers, batch, places, forward);
  return { places, x: normed(model.config, parameters, "model.norm", x) };
}

const hidden = (model: Model, parameters: Parameters, batch: TokenBatch, forward: Forward): Tensor3D => {
  const { places, x } = everyState(model, parameters, batch, forward);
  return byPrompt(model, places, x);
};

function statesBehind(model: Model, parameters: Parameters, batch: TokenBatch, layers: number): Tensor3D {
  const places = placesOf(model.angles, batch, sharedBy(model, batch, {}));
  return byPrompt(model, places, states(model, parameters, layers, batch, places, {}));
}

/** Rows of states as [batch, places, width]. */
function byPrompt({ config: { hidden } }: Model, { batch, own, shared }: Places, x: Tensor): Tensor3D {
  const mine = tf.reshape(tf.slice(x, [shared, 0], [batch * own, hidden]), [batch, own, hidden]);
  if (shared === 0) return mine as Tensor3D;
  const first = tf.expandDims(tf.slice(x, [0, 0], [shared, hidden]), 0);
  return tf.concat([tf.broadcastTo(first, [batch, shared, hidden]), mine], 1) as Tensor3D;
}

/** In the last layer queries and all behind attention are needed at the scoring place alone. */
function last(model: Model, parameters: Parameters, batch: TokenBatch, forward: Forward): Tensor2D {
  const { config } = model;
  const places = placesOf(model.angles, batch, sharedBy(model, batch, forward));
  const top = config.layers - 1;
  const x = states(model, parameters, top, batch, places, forward);
  const answer = throughLayer(layerAtAnswer, model, parameters, top, x, places, forward);
  return normed(config, parameters, "model.norm", answer) as Tensor2D;
}

function representation(model: Model, parameters: Parameters, batch: TokenBatch): Tensor2D {
  const { hidden } = model.config;
  const { places: { batch: rows, own, shared }, x } = everyState(model, parameters, batch, {});
  const mine = tf.reshape(tf.slice(x, [shared, 0], [rows * own, hidden]), [rows, own, hidden]);
  const real = tf.expandDims(tf.slice(batch.real, [0, shared], [rows, own]), 2);
  let sum: Tensor = tf.sum(tf.mul(mine, real), 1);
  if (shared > 0) sum = tf.add(sum, tf.sum(tf.slice(x, [0, 0], [shared, hidden]), 0, true));
  // Dividing by the count is left out: the length is made 1 in any case.
  return tf.div(sum, tf.maximum(tf.norm(sum, "euclidean", 1, true), 1e-12)) as Tensor2D;
}
