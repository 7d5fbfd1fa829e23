/**
 * A layer of the Llama family (Touvron et al., arXiv 2302.13971), for every place or for the scoring place alone.
 *
 * States are rows of one matrix: those of the shared beginning of all prompts, if there is one, then those of each prompt's own places. Only
 * attention tells them apart.
 * @module
 */
import { embed, groupedAttention, rmsNorm, rotary, swiglu } from "../../engine/nn/mod.ts";
import { type Tensor1D, tf } from "../../engine/tfjs.ts";
import type { Tensor, TensorMap } from "../../engine/types.ts";
import { projected } from "../projected.ts";
import type { Forward, Parameters } from "../types.ts";
import type { LlamaConfig } from "./config.ts";

/** Where rows stand. */
export interface Places {
  /** Prompts. */
  readonly batch: number;
  /** Places of each prompt's own. */
  readonly own: number;
  /** Places that all prompts share, before their own; 0: none. */
  readonly shared: number;
  /** Which positions rows have, and what they may see. */
  readonly tensors: PlaceTensors;
}

/** What layers read of places. */
export type PlaceTensors = TensorMap & {
  /** [shared + batch * own, 1, headDim / 2] of each row's position. */
  readonly cos: Tensor;
  readonly sin: Tensor;
  /** [batch, 1, own, shared + own], added to scores. */
  readonly bias: Tensor;
  /** [1, 1, shared, shared]; left out where nothing is shared. */
  readonly sharedBias?: Tensor;
  /** [batch] int32, the row of each prompt's scoring place. */
  readonly answers: Tensor;
  /** [batch, 1, 1, shared + own], added to scores of the scoring place. */
  readonly answerBias: Tensor;
};

/** What names of a layer's parameters begin with. */
export const layerPath = (layer: number): string => `model.layers.${layer}.`;

/** The projections of a layer that read each input. */
export const projectionsOf = (layer: number) => ({
  queries: [`${layerPath(layer)}self_attn.q_proj`],
  memory: ["k_proj", "v_proj"].map((name) => `${layerPath(layer)}self_attn.${name}`),
  out: [`${layerPath(layer)}self_attn.o_proj`],
  wide: ["gate_proj", "up_proj"].map((name) => `${layerPath(layer)}mlp.${name}`),
  narrow: [`${layerPath(layer)}mlp.down_proj`],
});

/** The layer at every place: `x` and what it gives are [rows, hidden]. */
export function layerEverywhere(
  config: LlamaConfig,
  parameters: Parameters,
  layer: number,
  x: Tensor,
  places: Places,
  forward: Forward,
): Tensor {
  const { queries, memory, out } = projectionsOf(layer);
  const input = normed(config, parameters, `${layerPath(layer)}input_layernorm`, x);
  const [query, key, value] = projected(parameters, [...queries, ...memory], input, forward) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const attended = attend(config, places, turned(config.heads, query, places.tensors), {
    key: turned(config.kvHeads, key, places.tensors),
    value: tf.reshape(value, [x.shape[0]!, config.kvHeads, config.headDim]),
  });
  return behindAttention(config, parameters, layer, x, projected(parameters, out, attended, forward)[0]!, forward);
}

/** The layer at the scoring places: [batch, hidden] of `x` [rows, hidden]; keys and values alone are computed everywhere. */
export function layerAtAnswer(
  config: LlamaConfig,
  parameters: Parameters,
  layer: number,
  x: Tensor,
  places: Places,
  forward: Forward,
): Tensor {
  const { queries, memory, out } = projectionsOf(layer);
  const { batch, tensors: { answers, answerBias } } = places;
  const { heads, kvHeads, headDim } = config;
  const input = normed(config, parameters, `${layerPath(layer)}input_layernorm`, x);
  const query = projected(parameters, queries, embed(input, answers), forward)[0]!;
  const [key, value] = projected(parameters, memory, input, forward) as [Tensor, Tensor];
  const whole = wholeMemory(places, {
    key: turned(kvHeads, key, places.tensors),
    value: tf.reshape(value, [x.shape[0]!, kvHeads, headDim]),
  });
  const attended = groupedAttention({
    ...whole,
    query: tf.reshape(turned(heads, query, anglesAt(places.tensors, answers)), [batch, 1, heads, headDim]),
    bias: answerBias,
  });
  return behindAttention(
    config,
    parameters,
    layer,
    embed(x, answers),
    projected(parameters, out, attended, forward)[0]!,
    forward,
  );
}

/** The norm `name` of [rows, hidden]. */
export const normed = ({ normEps }: LlamaConfig, parameters: Parameters, name: string, x: Tensor): Tensor =>
  rmsNorm(x, parameters[`${name}.weight`]!, normEps);

type Angles = Pick<PlaceTensors, "cos" | "sin">;

/** Angles of chosen rows. They are given, not learnt. */
const anglesAt = ({ cos, sin }: PlaceTensors, rows: Tensor): Angles => ({
  cos: tf.gather(cos, rows as Tensor1D),
  sin: tf.gather(sin, rows as Tensor1D),
});

/** Heads of queries or keys, turned by their rows' positions: [rows, heads * headDim] -> [rows, heads, headDim]. */
function turned(heads: number, x: Tensor, { cos, sin }: Angles): Tensor {
  return rotary(tf.reshape(x, [x.shape[0]!, heads, x.shape[1]! / heads]), cos, sin);
}

/** Keys and values by row, [rows, kvHeads, headDim]. */
interface Memory {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** [rows, hidden] of each row's attention. */
function attend({ heads, headDim }: LlamaConfig, places: Places, query: Tensor, memory: Memory): Tensor {
  const { batch, own, shared, tensors: { bias, sharedBias } } = places;
  const asked = (rows: Tensor, batch: number) => tf.reshape(rows, [batch, rows.shape[0]! / batch, heads, headDim]);
  const mine = groupedAttention({
    ...wholeMemory(places, memory),
    query: asked(shared === 0 ? query : tf.slice(query, [shared, 0, 0], [batch * own, heads, headDim]), batch),
    bias,
  });
  if (shared === 0) return mine;
  const first = (x: Tensor) => tf.expandDims(tf.slice(x, [0, 0, 0], [shared, x.shape[1]!, headDim]), 0);
  const theirs = groupedAttention({
    query: asked(tf.slice(query, [0, 0, 0], [shared, heads, headDim]), 1),
    key: first(memory.key),
    value: first(memory.value),
    bias: sharedBias!,
  });
  return tf.concat([theirs, mine], 0);
}

/** Keys and values that each prompt's own places see, [batch, shared + own, kvHeads, headDim]: what is shared was computed once. */
function wholeMemory({ batch, own, shared }: Places, { key, value }: Memory): Memory {
  const [, kvHeads, headDim] = key.shape as [number, number, number];
  const whole = (x: Tensor) => {
    const mine = tf.reshape(shared === 0 ? x : tf.slice(x, [shared, 0, 0], [batch * own, kvHeads, headDim]), [
      batch,
      own,
      kvHeads,
      headDim,
    ]);
    if (shared === 0) return mine;
    const first = tf.expandDims(tf.slice(x, [0, 0, 0], [shared, kvHeads, headDim]), 0);
    return tf.concat([tf.broadcastTo(first, [batch, shared, kvHeads, headDim]), mine], 1);
  };
  return { key: whole(key), value: whole(value) };
}

/** All of a layer behind its attention. */
function behindAttention(
  config: LlamaConfig,
  parameters: Parameters,
  layer: number,
  x: Tensor,
  attended: Tensor,
  forward: Forward,
): Tensor {
  const { wide, narrow } = projectionsOf(layer);
  const h = tf.add(x, attended);
  const input = normed(config, parameters, `${layerPath(layer)}post_attention_layernorm`, h);
  const [gate, up] = projected(parameters, wide, input, forward) as [Tensor, Tensor];
  return tf.add(h, projected(parameters, narrow, swiglu(gate, up), forward)[0]!);
}
