/**
 * A post-norm transformer layer with GELU, for every place or for the scoring place alone: what SASRec's blocks and BERT's layers have in common.
 *
 * States are matrices, one row for each place of each sequence: layers take them as they are, and TensorFlow can fuse a product with what
 * follows it, which it does not across a reshape.
 * @module
 */
import { attention, gelu, lastAttention } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { dropped, normed, projected } from "./projected.ts";
import type { Forward, Parameters } from "./types.ts";

/** What a layer is made of: module paths of its linear maps and norms, and its sizes. */
export interface LayerParts {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Behind attention. */
  readonly out: string;
  /** Widens. */
  readonly inner: string;
  /** Narrows again. */
  readonly outer: string;
  /** Of the state with what attention adds. */
  readonly attentionNorm: string;
  /** Of that with what the feed-forward part adds. */
  readonly outputNorm: string;
  readonly heads: number;
  readonly layerNormEps: number;
  /** Whether dropout stands behind GELU too, as in SASRec. */
  readonly innerDropout: boolean;
}

/** The layer over every place: `x` and what it gives are [batch * places, width] for a `shape` of [batch, places]. */
export function postNormLayer(
  parts: LayerParts,
  parameters: Parameters,
  x: Tensor,
  shape: readonly [number, number],
  bias: Tensor,
  forward: Forward,
): Tensor {
  const [key, value, query] = projected(parameters, [parts.key, parts.value, parts.query], x, forward)
    .map((each) => tf.reshape(each, [...shape, x.shape[1]!]));
  const attended = attention({
    query: query!,
    key: key!,
    value: value!,
    heads: parts.heads,
    bias,
    dropProbabilities: (p) => dropped(p, forward),
  });
  return behindAttention(parts, parameters, x, tf.reshape(attended, x.shape), forward);
}

/** The layer at one place: `x` [batch, width] attends to `memory` [batch, places, width]. The key's bias, which changes nothing, is left out. */
export function lastPostNormLayer(
  parts: LayerParts,
  parameters: Parameters,
  x: Tensor,
  memory: Tensor,
  bias: Tensor,
  forward: Forward,
): Tensor {
  const [batch, places, width] = memory.shape as [number, number, number];
  const lowRank = forward.adapters?.lowRank([parts.key, parts.value], tf.reshape(memory, [batch * places, width]));
  const attended = lastAttention({
    query: projected(parameters, [parts.query], x, forward)[0]!,
    memory,
    key: { weight: parameters[`${parts.key}.weight`]!, lowRank: lowRank?.[0] },
    value: {
      weight: parameters[`${parts.value}.weight`]!,
      bias: parameters[`${parts.value}.bias`]!,
      lowRank: lowRank?.[1],
    },
    heads: parts.heads,
    bias,
    dropProbabilities: (p) => dropped(p, forward),
  });
  return behindAttention(parts, parameters, x, attended, forward);
}

/** All of a layer behind its attention. */
function behindAttention(
  parts: LayerParts,
  parameters: Parameters,
  x: Tensor,
  attended: Tensor,
  forward: Forward,
): Tensor {
  const linear = (name: string, input: Tensor) => projected(parameters, [name], input, forward)[0]!;
  const joined = (residual: Tensor, added: Tensor, norm: string) =>
    normed(parameters, norm, tf.add(residual, dropped(added, forward)), parts.layerNormEps);
  const h = joined(x, linear(parts.out, attended), parts.attentionNorm);
  const wide = gelu(linear(parts.inner, h));
  return joined(h, linear(parts.outer, parts.innerDropout ? dropped(wide, forward) : wide), parts.outputNorm);
}
