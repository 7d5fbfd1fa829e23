/**
 * The low-rank terms of a bank's adapters, (alpha / r) B A x, as products over a batch that mixes them.
 * @module
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { AdapterHook } from "../backbones/types.ts";
import type { DropoutNoise } from "../engine/dropout.ts";
import { groupProduct, linear } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { BankConfig, BankLayout } from "./bank.ts";

/** A and B of a projection, all adapters' below each other. */
export interface Factors {
  /** [adapters * rank, inputs] */
  readonly a: Tensor;
  /** [adapters * rank, outputs] */
  readonly b: Tensor;
}

/** The low-rank terms by factors, mixed by `weights` [batch, adapters]; without weights each group of rows by its own adapter's, one group for each. */
export function lowRankTerms(
  config: BankConfig,
  adapters: number,
  parts: ReadonlyMap<string, Factors>,
  weights: Tensor | undefined,
  noise?: DropoutNoise,
): AdapterHook["lowRank"] {
  const grouped = weights === undefined && adapters > 1;
  /** Of a factor, an adapter's own part by itself. */
  const apart = (factor: Tensor) =>
    grouped ? tf.reshape(factor, [adapters, config.rank, factor.size / (adapters * config.rank)]) : factor;
  return (names, x) => {
    const chosen = names.flatMap((name) => parts.get(name) ?? []);
    if (chosen.length === 0) return [];
    const input = noise === undefined || config.dropout === 0 ? x : noise.dropout(x, config.dropout);
    // A of all projections of this input side by side: one product instead of several thin ones.
    const each = chosen.map(({ a }) => apart(a));
    const down = each.length === 1 ? each[0]! : tf.concat(each, grouped ? 1 : 0);
    let inner = tf.mul(grouped ? groupProduct(input, down, true) : linear(input, down), config.alpha / config.rank);
    if (weights !== undefined) {
      const batch = weights.shape[0]!;
      const shares = tf.reshape(weights, [batch, 1, adapters, 1]);
      const own = tf.reshape(inner, [batch, inner.size / (batch * adapters * config.rank), adapters, config.rank]);
      inner = tf.reshape(tf.mul(own, shares), inner.shape);
    }
    const inners = chosen.length === 1 ? [inner] : tf.split(inner, chosen.length, 1);
    let next = 0;
    return names.map((name) => {
      const part = parts.get(name);
      return part === undefined ? undefined : { inner: inners[next++]!, up: apart(part.b) };
    });
  };
}

/** A as [adapters * rank, inputs] and B as [adapters * rank, outputs], for every projection. */
export function splitSegments(config: BankConfig, layout: BankLayout, lora: Tensor): Map<string, Factors> {
  const sizes = layout.segments.flatMap((
    { projection },
  ) => [config.rank * projection.inputs, config.rank * projection.outputs]);
  const pieces = sizes.length === 0 ? [] : tf.split(lora, sizes, 1);
  const rows = lora.shape[0]! * config.rank;
  return new Map(layout.segments.map(({ projection }, index) => [projection.name, {
    a: tf.reshape(pieces[2 * index]!, [rows, projection.inputs]),
    b: tf.reshape(pieces[2 * index + 1]!, [rows, projection.outputs]),
  }]));
}
