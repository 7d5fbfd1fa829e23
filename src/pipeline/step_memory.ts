/**
 * Numbers in the tensors of one step, reckoned from above from sizes alone: the blocks' forward and backward, and scores over the catalogue.
 * @module
 */
import { SCORES_AT_ONCE } from "../engine/nn/score_blocks.ts";
import type { TrainingSpec, TransformerSpec } from "../spec/types.ts";

/** Tensors of [batch, time, width] that a block makes forward and backward, attention included. */
const PER_BLOCK = 28;
/** Those of [batch, time, ffn] that it makes. */
const PER_WIDE = 8;
/** Those of [batch, heads, time, time]; and where time gaps count, of [batch, heads, time, distances and buckets]. */
const PER_PAIRS = 4;
const PER_GAPS = 8;
/** Copies of a score over the catalogue: its exponential, share and gradient in cross-entropy, comparisons and counts in ranking. */
const SCORES = 4;
/** [CLS] and [MASK]. */
const PLACES_AROUND = 2;

/** Sizes of a transformer's blocks. */
export type BlockSizes = Pick<TransformerSpec, "hidden" | "ffn" | "blocks" | "heads" | "maxLength" | "timeBuckets"> & {
  readonly kind: string;
};

/** What a training's step depends on beside the backbone. */
export interface StepSize {
  /** Loss and rows of a step. */
  readonly training: Pick<TrainingSpec, "batch" | "loss">;
  /** Longest context of its rows. */
  readonly time: number;
  /** Whether the loss is taken at every position, or at hidden items, rather than at the last alone. */
  readonly everywhere: boolean;
}

/** Numbers in one step that trains, what is trained left out. */
export function trainingNumbers(
  sizes: BlockSizes,
  items: number,
  held: number,
  { training, time, everywhere }: StepSize,
): number {
  const step = stepNumbers(sizes, training.batch, time, items, held);
  if (training.loss.kind !== "cross-entropy") return step;
  return step + scoreNumbers(training.batch * (everywhere ? time : 1), items, held);
}

/** Numbers in scores of `rows` places over the catalogue, of which `held` blocks are there at a time, and in what is made of them. */
const scoreNumbers = (rows: number, items: number, held: number): number =>
  SCORES * Math.min(rows * items, held * Math.max(SCORES_AT_ONCE, items));

/** The same where one model's scores are held against another's. */
export const divergenceNumbers = (rows: number, items: number, held: number): number =>
  2 * scoreNumbers(rows, items, held);

/** Numbers in the tensors of one step over contexts: its blocks, and scores of the catalogue. */
export function stepNumbers(sizes: BlockSizes, batch: number, time: number, items: number, held: number): number {
  const { kind, hidden, ffn, blocks, heads, timeBuckets = 0 } = sizes;
  const places = Math.min(time, sizes.maxLength) + (kind === "bert4rec" ? PLACES_AROUND : 0);
  const pairs = heads * places ** 2;
  const block = places * (PER_BLOCK * hidden + PER_WIDE * ffn) + PER_PAIRS * pairs;
  // Distances and buckets have columns of their own for every query; which of them a pair takes is the same in all blocks.
  const gaps = kind === "tisasrec" ? blocks * PER_GAPS * heads * places * (places + timeBuckets) + PER_GAPS * pairs : 0;
  return batch * (blocks * block + gaps) + scoreNumbers(batch, items, held);
}
