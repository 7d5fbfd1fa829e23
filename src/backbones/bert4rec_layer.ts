/**
 * A layer of BERT (post-norm), for every place or for the scoring place alone.
 *
 * States are matrices, one row for each place of each sequence, as in SASRec's blocks.
 * @module
 */
import { attention, gelu, lastAttention } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { type Bert4recConfig, layerName } from "./bert4rec_parameters.ts";
import { dropped, normed, projected } from "./projected.ts";
import type { Forward, Parameters } from "./types.ts";

type LayerConfig = Pick<Bert4recConfig, "heads" | "layerNormEps">;

/** Layer `index` over every place: `x` and what it gives are [batch * places, width] for a `shape` of [batch, places]. */
export function layer(
  config: LayerConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  shape: readonly [number, number],
  bias: Tensor,
  forward: Forward,
): Tensor {
  const names = ["query", "key", "value"].map((each) => `${layerName(index)}.attention.self.${each}`);
  const [query, key, value] = projected(parameters, names, x, forward)
    .map((each) => tf.reshape(each, [...shape, x.shape[1]!]));
  const attended = attention({
    query: query!,
    key: key!,
    value: value!,
    heads: config.heads,
    bias,
    dropProbabilities: (p) => dropped(p, forward),
  });
  return behindAttention(config, parameters, index, x, tf.reshape(attended, x.shape), forward);
}

/** Layer `index` at one place: `x` [batch, width] attends to `memory` [batch, places, width]. The key's bias, which changes nothing, is left out. */
export function lastLayer(
  config: LayerConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  memory: Tensor,
  bias: Tensor,
  forward: Forward,
): Tensor {
  const [batch, places, width] = memory.shape as [number, number, number];
  const self = `${layerName(index)}.attention.self`;
  const query = projected(parameters, [`${self}.query`], x, forward)[0]!;
  const names = [`${self}.key`, `${self}.value`];
  const lowRank = forward.adapters?.lowRank(names, tf.reshape(memory, [batch * places, width]));
  const attended = lastAttention({
    query,
    memory,
    key: { weight: parameters[`${self}.key.weight`]!, lowRank: lowRank?.[0] },
    value: {
      weight: parameters[`${self}.value.weight`]!,
      bias: parameters[`${self}.value.bias`]!,
      lowRank: lowRank?.[1],
    },
    heads: config.heads,
    bias,
    dropProbabilities: (p) => dropped(p, forward),
  });
  return behindAttention(config, parameters, index, x, attended, forward);
}

/** All of a layer behind its attention. */
function behindAttention(
  config: LayerConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  attended: Tensor,
  forward: Forward,
): Tensor {
  const name = layerName(index);
  const dense = (module: string, input: Tensor) =>
    projected(parameters, [`${name}.${module}.dense`], input, forward)[0]!;
  const output = (module: string, input: Tensor, residual: Tensor) => {
    const sum = tf.add(residual, dropped(dense(module, input), forward));
    return normed(parameters, `${name}.${module}.LayerNorm`, sum, config.layerNormEps);
  };
  const h = output("attention.output", attended, x);
  return output("output", gelu(dense("intermediate", h)), h);
}
