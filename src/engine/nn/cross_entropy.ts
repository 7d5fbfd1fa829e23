/**
 * Cross-entropy over a large catalogue in bounded memory.
 * @module
 */
import { inOrder } from "../graph/trace.ts";
import { definePrimitive } from "../primitive.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tfjs.ts";

/** Scores held at a time, at most: 16 MiB of float32. What is made of them takes as much again, twice or so. */
export const SCORES_AT_ONCE = 2 ** 22;

/**
 * Weighted sum over rows of the cross-entropy between softmax(`hidden` `table`^T) and the target.
 *
 * Scores are computed for `blockRows` rows of `hidden` at a time, block after block, so that no more than blockRows x catalogue of them are held.
 *
 * @param hidden [rows, width]
 * @param table [catalogue, width]
 * @param targets [rows] int32, rows of the table
 * @param weights [rows]; 0 leaves a row out. No gradient is given for them.
 * @param blockRows chosen by the catalogue's size when left out
 */
export function blockedCrossEntropy(
  hidden: Tensor2D,
  table: Tensor2D,
  targets: Tensor1D,
  weights: Tensor1D,
  blockRows = Math.max(1, Math.floor(SCORES_AT_ONCE / table.shape[0])),
): Scalar {
  return loss({ hidden, table, targets, weights }, { blockRows }) as Scalar;
}

/** Rows [from, from + size) of one block. */
interface Block {
  readonly hidden: Tensor2D;
  readonly targets: Tensor1D;
  readonly weights: Tensor1D;
}

function* blocks(hidden: Tensor, targets: Tensor, weights: Tensor, blockRows: number): Generator<Block> {
  const [rows, width] = hidden.shape as [number, number];
  for (let from = 0; from < rows; from += blockRows) {
    const size = Math.min(blockRows, rows - from);
    yield {
      hidden: tf.slice(hidden, [from, 0], [size, width]) as Tensor2D,
      targets: tf.slice(targets, [from], [size]) as Tensor1D,
      weights: tf.slice(weights, [from], [size]) as Tensor1D,
    };
  }
}

/** A block's part of the loss, and of the gradients by hidden rows and by the table for a loss that counts once. */
function partOf(block: Block, table: Tensor): { loss: Tensor; byHidden: Tensor; byTable: Tensor } {
  const [catalogue, rows] = [table.shape[0]!, block.hidden.shape[0]];
  const scores = tf.matMul(block.hidden, table as Tensor2D, false, true);
  const normaliser = tf.logSumExp(scores, 1, true);
  const weight = tf.reshape(block.weights, [rows, 1]);
  // The target's score from its own row, and its part of the gradients too: nothing the size of the scores says where the targets lie.
  const own = tf.gather(table, block.targets);
  const score = tf.sum(tf.mul(block.hidden, own), 1, true);
  const shares = tf.mul(tf.exp(tf.sub(scores, normaliser)), weight) as Tensor2D;
  const ofTargets = tf.unsortedSegmentSum(tf.mul(block.hidden, weight), block.targets, catalogue);
  return {
    loss: tf.sum(tf.mul(tf.sub(normaliser, score), weight)),
    byHidden: tf.sub(tf.matMul(shares, table as Tensor2D), tf.mul(own, weight)),
    byTable: tf.sub(tf.matMul(shares, block.hidden, true, false), ofTargets),
  };
}

/** Gradients are formed with the loss, from the same scores. Those that nobody asks for a graph leaves out. */
const loss = definePrimitive<
  { hidden: Tensor; table: Tensor; targets: Tensor; weights: Tensor },
  { blockRows: number }
>({
  name: "BlockedCrossEntropy",
  forward({ hidden, table, targets, weights }, { blockRows }) {
    const parts: Tensor[] = [];
    let [total, byTable]: Tensor[] = [];
    for (const { hidden: rows, ...block } of blocks(hidden, targets, weights, blockRows)) {
      const before = parts.at(-1);
      const part = tf.tidy(() => {
        const ordered = before === undefined ? rows : inOrder(before, rows);
        return partOf({ ...block, hidden: ordered as Tensor2D }, table);
      });
      parts.push(part.byHidden);
      total = total === undefined ? part.loss : tf.add(total, part.loss);
      byTable = byTable === undefined ? part.byTable : tf.add(byTable, part.byTable);
    }
    return [total!, tf.concat(parts), byTable!];
  },
  saveInputs: ["targets", "weights"],
  saveOutputs: [false, true, true],
  gradient: (dy, [targets, weights, byHidden, byTable]) => ({
    hidden: () => tf.mul(byHidden!, dy),
    table: () => tf.mul(byTable!, dy),
    targets: () => tf.zerosLike(targets!),
    weights: () => tf.zerosLike(weights!),
  }),
});
