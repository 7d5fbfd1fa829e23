/**
 * Losses a spec can choose (method.md 3): each takes states and the item table and gives a weighted sum over rows.
 *
 * A row's loss: `bce` softplus(-s+) + sum softplus(s-); `gbce` (gSASRec, arXiv 2308.07192, eq. 8) the same with the positive's log-likelihood
 * multiplied by beta = alpha (t (1 - 1/alpha) + 1/alpha), alpha = negatives / (items - 1); `cross-entropy` over the whole catalogue;
 * `sampled-softmax` over the positive and the drawn negatives.
 * @module
 */
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { after } from "../engine/nn/after.ts";
import { blockedCrossEntropy } from "../engine/nn/cross_entropy.ts";
import { embed as embedRows } from "../engine/nn/embedding.ts";
import { softplus } from "../engine/nn/softplus.ts";
import { tf } from "../engine/tfjs.ts";
import type { LossSpec } from "../spec/types.ts";

/** What a loss sees: `rows` scoring positions flattened over batch and time. */
export interface LossInputs {
  /** [rows, width] */
  readonly states: Tensor;
  /** [rows, 1 + negatives], catalogue indices: the positive, then its negatives (none for cross-entropy). */
  readonly candidates: Tensor;
  /** [rows]; 0 leaves a row out. Weights that sum to 1 make the loss a mean. */
  readonly weights: Tensor;
  /** Embeds catalogue indices of any shape: [...] -> [..., width]. */
  readonly embed: (ids: Tensor) => Tensor;
  /** The table that the rows of a group are scored by, [items + 1, width], row 0 the padding. */
  readonly table: (group: number) => Tensor;
  /** Groups of equally many rows, one behind the other, each with a table of its own; left out: 1. */
  readonly groups?: number | undefined;
  /** Added to every item's score, [items + 1]; left out: nothing is. */
  readonly bias?: Tensor | undefined;
  /** Blocks of scores over the catalogue that are held at a time, see `blocksHeld`; no value depends on it. Left out: 1. */
  readonly held?: number | undefined;
  /** Whether the table does not train; left out: it may. */
  readonly frozenRows?: boolean | undefined;
  /** Items of the catalogue; gBCE's calibration depends on it. */
  readonly items: number;
}

/**
 * Negatives a loss wants for each positive.
 *
 * @example
 * ```ts
 * import { negativesOf } from "./losses.ts";
 * console.assert(negativesOf({ kind: "bce", negatives: 3 }) === 3);
 * console.assert(negativesOf({ kind: "cross-entropy" }) === 0);
 * ```
 */
export const negativesOf = (loss: LossSpec): number => loss.kind === "cross-entropy" ? 0 : loss.negatives;

/** Weighted sum of the chosen loss, a scalar. Rows of weight 0 give no gradient; all weights 0 give 0. */
export function sequenceLoss(loss: LossSpec, inputs: LossInputs): Tensor {
  if (loss.kind === "cross-entropy") {
    const { groups = 1 } = inputs;
    let sum: Tensor | undefined;
    for (let group = 0; group < groups; group++) {
      // One group's scores at a time, however many there are.
      const states = sum === undefined ? inputs.states : after(sum, inputs.states);
      const loss = groupCrossEntropy({ ...inputs, states }, group, groups);
      sum = sum === undefined ? loss : tf.add(sum, loss);
    }
    return sum!;
  }
  const scores = candidateScores(inputs);
  const [rows, width] = scores.shape as [number, number];
  const positive = tf.reshape(tf.slice(scores, [0, 0], [rows, 1]), [rows]);
  const negative = tf.slice(scores, [0, 1], [rows, width - 1]);
  return tf.sum(tf.mul(rowLoss(loss, positive, negative, inputs.items), inputs.weights));
}

/** What one of the groups of rows adds to cross-entropy over the catalogue. */
function groupCrossEntropy(inputs: LossInputs, group: number, groups: number): Tensor {
  const own = (all: Tensor): Tensor => {
    const rows = all.shape[0]! / groups;
    return groups === 1 ? all : tf.slice(all, [group * rows], [rows]);
  };
  const candidates = own(inputs.candidates);
  const positives = tf.reshape(tf.slice(candidates, [0, 0], [candidates.shape[0]!, 1]), [candidates.shape[0]!]);
  const targets = tf.maximum(tf.sub(positives, tf.scalar(1, "int32")), tf.scalar(0, "int32")) as Tensor1D;
  const { states, rows } = catalogueFactors({ ...inputs, states: own(inputs.states) }, group);
  return blockedCrossEntropy(states, rows, targets, own(inputs.weights) as Tensor1D, inputs);
}

/** What scores the whole catalogue by a group's table: the product of `states` [rows, width] and `rows` [items, width] transposed, item 1 first. */
export function catalogueFactors(
  { states, table, bias, items }: Pick<LossInputs, "states" | "table" | "bias" | "items">,
  group = 0,
): { readonly states: Tensor2D; readonly rows: Tensor2D } {
  const rows = tf.slice(table(group), [1, 0], [items, states.shape[1]!]) as Tensor2D;
  if (bias === undefined) return { states: states as Tensor2D, rows };
  // A bias is one column more, met by a state's constant 1: what takes the product in blocks need not know of it.
  const column = tf.reshape(tf.slice(bias, [1], [items]), [items, 1]);
  return {
    states: tf.concat([states, tf.ones([states.shape[0]!, 1])], 1) as Tensor2D,
    rows: tf.concat([rows, column], 1) as Tensor2D,
  };
}

/** Scores of a row's candidates, [rows, 1 + negatives]. */
export function candidateScores(
  { states, candidates, embed, bias }: Omit<LossInputs, "table" | "weights" | "items">,
): Tensor {
  const scores = tf.sum(tf.mul(tf.expandDims(states, 1), embed(candidates)), 2);
  return bias === undefined ? scores : tf.add(scores, biasOf(bias, candidates));
}

const biasOf = (bias: Tensor, ids: Tensor): Tensor =>
  tf.reshape(embedRows(tf.reshape(bias, [bias.size, 1]), ids), ids.shape);

/**
 * Loss of each row from the positive's score [rows] and the negatives' [rows, negatives].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openEngine } from "../engine/open.ts";
 * import { tf } from "../engine/tfjs.ts";
 * import { rowLoss } from "./losses.ts";
 * const engine = await openEngine("cpu");
 * // softplus(-0) + softplus(0) = 2 ln 2: a model that cannot tell the positive from the negative.
 * const [loss] = rowLoss({ kind: "bce", negatives: 1 }, tf.tensor1d([0]), tf.tensor2d([[0]]), 40).dataSync();
 * assert.ok(Math.abs(loss! - 2 * Math.LN2) < 1e-6);
 * engine.close();
 * ```
 */
export function rowLoss(
  loss: Exclude<LossSpec, { kind: "cross-entropy" }>,
  positive: Tensor,
  negative: Tensor,
  items: number,
): Tensor {
  switch (loss.kind) {
    case "bce":
      return tf.add(softplus(tf.neg(positive)), tf.sum(softplus(negative), 1));
    case "gbce": {
      const alpha = loss.negatives / Math.max(items - 1, 1);
      const beta = alpha * (loss.t * (1 - 1 / alpha) + 1 / alpha);
      return tf.add(tf.mul(softplus(tf.neg(positive)), beta), tf.sum(softplus(negative), 1));
    }
    case "sampled-softmax":
      return tf.sub(tf.logSumExp(tf.concat([tf.expandDims(positive, 1), negative], 1), 1), positive);
  }
}
