/**
 * What the layers of every backbone are made of: linear maps with their adapters' terms, norms, and dropout.
 * @module
 */
import { groupProduct, layerNorm, linear, matrixProduct } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import type { Forward, Parameters } from "./types.ts";

/** Linear maps `names` of one input [rows, inputs], each [rows, outputs] with its adapter's low-rank term. */
export function projected(
  parameters: Parameters,
  names: readonly string[],
  x: Tensor,
  { adapters }: Forward,
): Tensor[] {
  const lowRank = adapters?.lowRank(names, x);
  return names.map((name, k) => {
    const y = linear(x, parameters[`${name}.weight`]!, parameters[`${name}.bias`]!);
    const term = lowRank?.[k];
    if (term === undefined) return y;
    return tf.add(y, (term.up.rank === 2 ? matrixProduct : groupProduct)(term.inner, term.up));
  });
}

/** The layer norm `name` of [rows, width]. */
export const normed = (parameters: Parameters, name: string, x: Tensor, epsilon: number): Tensor =>
  layerNorm(x, parameters[`${name}.weight`]!, parameters[`${name}.bias`]!, epsilon);

/** The backbone's own dropout, in training. */
export const dropped = (x: Tensor, { noise, dropout }: Forward): Tensor =>
  noise === undefined || !dropout ? x : noise.dropout(x, dropout);
