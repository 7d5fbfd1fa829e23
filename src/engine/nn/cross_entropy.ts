/**
 * Cross-entropy over a large catalogue in bounded memory.
 * @module
 */
import { inOrder } from "../graph/trace.ts";
import { definePrimitive } from "../primitive.ts";
import { forget, type RowBlocks, SCORES_AT_ONCE } from "./score_blocks.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tfjs.ts";

/**
 * Weighted sum over rows of the cross-entropy between softmax(`hidden` `table`^T) and the target.
 *
 * Scores are computed for `blockRows` rows of `hidden` at a time, block after block, so that no more than `held` blocks of blockRows x catalogue are
 * there at once. Blocks are added up in their order however many are held.
 *
 * @param hidden [rows, width]
 * @param table [catalogue, width]
 * @param targets [rows] int32, rows of the table
 * @param weights [rows]; 0 leaves a row out. No gradient is given for them.
 */
export function blockedCrossEntropy(
  hidden: Tensor2D,
  table: Tensor2D,
  targets: Tensor1D,
  weights: Tensor1D,
  { held = 1, frozenRows = false, blockRows = Math.max(1, Math.floor(SCORES_AT_ONCE / table.shape[0])) }: RowBlocks =
    {},
): Scalar {
  return loss({ hidden, table, targets, weights }, { blockRows, held, frozenRows }) as Scalar;
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
type Part = { readonly loss: Tensor; readonly byHidden: Tensor; readonly byTable: Tensor };

function partOf(block: Block, table: Tensor): Part {
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
  { blockRows: number; held: number; frozenRows: boolean }
>({
  name: "BlockedCrossEntropy",
  forward({ hidden, table, targets, weights }, { blockRows, held, frozenRows }) {
    const parts: Tensor[] = [];
    const sums: { readonly loss: Tensor; readonly byTable: Tensor }[] = [];
    for (const { hidden: rows, ...block } of blocks(hidden, targets, weights, blockRows)) {
      const awaited = [parts.at(-held), frozenRows ? undefined : sums.at(-held)?.byTable];
      const before = sums.at(-1);
      const { byHidden, ...next } = tf.tidy(() => {
        const ordered = inOrder(awaited.filter((tensor) => tensor !== undefined), rows) as Tensor2D;
        const part = partOf({ ...block, hidden: ordered }, table);
        if (before === undefined) return part;
        return { ...part, loss: tf.add(before.loss, part.loss), byTable: tf.add(before.byTable, part.byTable) };
      });
      parts.push(byHidden);
      sums.push(next);
      forget(sums.map(({ loss, byTable }) => [loss, byTable]), held);
    }
    const { loss, byTable } = sums.at(-1)!;
    return [loss, tf.concat(parts), byTable];
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
