/**
 * Counting ranks from scores that come in blocks of the catalogue: no more than a few blocks are held at a time.
 * @module
 */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { inOrder } from "../engine/graph/trace.ts";
import type { ItemRange } from "../engine/nn/score_blocks.ts";
import { tf } from "../engine/tfjs.ts";
import type { TensorMap } from "../engine/types.ts";

/** Where scores come from. */
export interface BlockScores {
  /** What scores are made of, by row. */
  readonly states: TensorMap;
  /** Scores of a range of items, [batch, size]. */
  of(states: TensorMap, range: ItemRange): Tensor;
  /** The catalogue's columns without gaps, in order. */
  readonly blocks: readonly ItemRange[];
  /** Blocks whose scores may be there at a time, at least 1. */
  readonly held: number;
}

/** What is counted of each row. */
export type Counted = {
  /** [batch] int32, items above the target. */
  readonly greater: Tensor;
  /** [batch] int32, other items level with it. */
  readonly equal: Tensor;
  /** [batch, best] int32, columns of the best scores, best first; of equal ones the lower column first. */
  readonly best: Tensor;
  /** [batch], finite only where every score is: one pass over them tells NaN. */
  readonly sum: Tensor;
};

/** Counts so far; the target counts as level with itself. */
type Counts = Counted & { readonly bestScores: Tensor };

/**
 * Counts items above and level with the target's column [batch], without the excluded columns [batch, excluded] (-1: none), and finds the `best`
 * first columns, or all where there are fewer. A pure function of tensors, compiled together with the scoring.
 *
 * Of several blocks all scores are computed twice: a target is compared by the very bits that stand in its block, and they must be found before
 * anything is counted. A product of its own need not give the same bits.
 */
export function countRanks(scores: BlockScores, target: Tensor, excluded: Tensor, best: number): Counted {
  const column = tf.reshape(target, [target.size, 1]);
  const [first, ...others] = scores.blocks;
  if (others.length === 0) {
    const whole = scores.of(scores.states, first!);
    return withoutTarget(counts(whole, first!, columnsOf(whole, column, first!).values, excluded, best));
  }
  const { own } = folded<{ own: Tensor }>(scores, [], (block, range, before) => {
    const { values, within } = columnsOf(block, column, range);
    return { own: before === undefined ? values : tf.where(within, values, before.own) };
  });
  return withoutTarget(folded<Counts>(scores, [own], (block, range, before) => {
    const now = counts(block, range, own, excluded, best);
    return before === undefined ? now : merged(before, now, best);
  }));
}

/** A pass over all blocks. In a graph a block's scores are made no sooner than the block `held` places before is done with, or `first` is there. */
function folded<T extends Record<string, Tensor>>(
  { states, of, blocks, held }: BlockScores,
  first: readonly Tensor[],
  visit: (block: Tensor, range: ItemRange, before: T | undefined) => T,
): T {
  const passed: T[] = [];
  for (const range of blocks) {
    const done = passed.at(-held);
    const awaited = done === undefined ? first : Object.values(done);
    const before = passed.at(-1);
    passed.push(tf.tidy(() => {
      const ordered = Object.entries(states).map(([name, state]) => [name, inOrder(awaited, state)] as const);
      return visit(of(Object.fromEntries(ordered), range), range, before);
    }));
  }
  return passed.at(-1)!;
}

/** Counts of one block against the targets' scores `own` [batch, 1]. */
function counts(block: Tensor, range: ItemRange, own: Tensor, excluded: Tensor, best: number): Counts {
  const out = columnsOf(block, excluded, range);
  const real = tf.cast(out.within, "int32");
  const count = (relation: (a: Tensor, b: Tensor) => Tensor) =>
    tf.sub(
      tf.sum(tf.cast(relation(block, own), "int32"), 1),
      tf.sum(tf.mul(tf.cast(relation(out.values, own), "int32"), real), 1),
    );
  const { values, indices } = tf.topk(block, Math.min(best, range.size));
  return {
    greater: count(tf.greater),
    equal: count(tf.equal),
    best: range.from === 0 ? indices : tf.add(indices, tf.scalar(range.from, "int32")),
    bestScores: values,
    sum: tf.sum(block, 1),
  };
}

/** Two blocks' counts as those of one. Columns of the first are the lower ones, so that the first of equal scores stays the lower column. */
function merged(a: Counts, b: Counts, best: number): Counts {
  const scores = tf.concat([a.bestScores, b.bestScores], 1);
  const { values, indices } = tf.topk(scores, Math.min(best, scores.shape[1]!));
  return {
    greater: tf.add(a.greater, b.greater),
    equal: tf.add(a.equal, b.equal),
    best: tf.gather(tf.concat([a.best, b.best], 1) as Tensor2D, indices as Tensor2D, 1, 1),
    bestScores: values,
    sum: tf.add(a.sum, b.sum),
  };
}

const withoutTarget = ({ greater, equal, best, sum }: Counts): Counted => ({
  greater,
  equal: tf.sub(equal, tf.scalar(1, "int32")),
  best,
  sum,
});

/** Scores of columns [batch, some] as far as they are `within` the block; any others of the block elsewhere. */
function columnsOf(block: Tensor, columns: Tensor, { from, size }: ItemRange): { values: Tensor; within: Tensor } {
  const zero = tf.scalar(0, "int32");
  const last = tf.scalar(size - 1, "int32");
  const places = from === 0 ? columns : tf.sub(columns, tf.scalar(from, "int32"));
  const inside = tf.minimum(tf.maximum(places, zero), last);
  return {
    values: tf.gather(block as Tensor2D, inside as Tensor2D, 1, 1),
    within: tf.equal(places, inside),
  };
}
