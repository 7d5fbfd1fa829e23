/**
 * A post-norm transformer block of SASRec, for every position or for the scoring position alone.
 *
 * States are matrices, one row for each position of each sequence: layers take them as they are, and TensorFlow can fuse a product with what
 * follows it, which it does not across a reshape.
 * @module
 */
import { attention, gelu, lastAttention } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { dropped, normed, projected } from "./projected.ts";
import type { Forward, Parameters } from "./types.ts";

/** What a block needs of a SASRec's sizes. */
interface BlockConfig {
  readonly heads: number;
  readonly layerNormEps: number;
}

/** Block `index` over every position: `x` and what it gives are [batch * time, width] for a `shape` of [batch, time]. */
export function block(
  config: BlockConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  shape: readonly [number, number],
  bias: Tensor,
  forward: Forward,
): Tensor {
  const [key, value, query] = project(parameters, index, ["k_proj", "v_proj", "q_proj"], x, forward)
    .map((each) => tf.reshape(each, [...shape, x.shape[1]!]));
  const attended = attention({
    query: query!,
    key: key!,
    value: value!,
    heads: config.heads,
    bias,
    dropProbabilities: (p) => dropped(p, forward),
  });
  return feedForward(config, parameters, index, x, tf.reshape(attended, x.shape), forward);
}

/** Block `index` at one position: `x` [batch, width] attends to `memory` [batch, time, width]. */
export function lastBlock(
  config: BlockConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  memory: Tensor,
  bias: Tensor,
  forward: Forward,
): Tensor {
  const of = (name: string) => parameters[`blocks.${index}.${name}`]!;
  const [batch, time, width] = memory.shape as [number, number, number];
  const names = ["k_proj", "v_proj"].map((name) => `blocks.${index}.${name}`);
  const lowRank = forward.adapters?.lowRank(names, tf.reshape(memory, [batch * time, width]));
  const attended = lastAttention({
    query: project(parameters, index, ["q_proj"], x, forward)[0]!,
    memory,
    key: { weight: of("k_proj.weight"), lowRank: lowRank?.[0] },
    value: { weight: of("v_proj.weight"), bias: of("v_proj.bias"), lowRank: lowRank?.[1] },
    heads: config.heads,
    bias,
    dropProbabilities: (p) => dropped(p, forward),
  });
  return feedForward(config, parameters, index, x, attended, forward);
}

/** All of a block behind its attention. */
function feedForward(
  config: BlockConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  attended: Tensor,
  forward: Forward,
): Tensor {
  const projected = (which: string, input: Tensor) => project(parameters, index, [which], input, forward)[0]!;
  const norm = (h: Tensor, which: string) => normed(parameters, `blocks.${index}.${which}`, h, config.layerNormEps);
  const h = norm(tf.add(x, dropped(projected("out_proj", attended), forward)), "norm1");
  const inner = dropped(gelu(projected("linear1", h)), forward);
  return norm(tf.add(h, dropped(projected("linear2", inner), forward)), "norm2");
}

/** Projections of one input [rows, inputs], each with its adapter's low-rank term. */
const project = (parameters: Parameters, index: number, which: readonly string[], x: Tensor, forward: Forward) =>
  projected(parameters, which.map((each) => `blocks.${index}.${each}`), x, forward);
