/**
 * Cross-entropy over a large catalogue in bounded memory.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tfjs.ts";

/** Scores held at a time, at most: 16 MiB of float32, of which a graph may hold several. */
export const SCORES_AT_ONCE = 2 ** 22;

/**
 * Weighted sum over rows of the cross-entropy between softmax(`hidden` `table`^T) and the target.
 *
 * Scores are computed for `blockRows` rows of `hidden` at a time, and once more for the gradient, so that no more than blockRows x catalogue of
 * them are held.
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

const loss = definePrimitive<
  { hidden: Tensor; table: Tensor; targets: Tensor; weights: Tensor },
  { blockRows: number }
>({
  name: "BlockedCrossEntropy",
  forward({ hidden, table, targets, weights }, { blockRows }) {
    const normalisers: Tensor[] = [];
    let total: Tensor = tf.scalar(0);
    for (const block of blocks(hidden, targets, weights, blockRows)) {
      const normaliser = tf.tidy(() => tf.logSumExp(tf.matMul(block.hidden, table as Tensor2D, false, true), 1));
      normalisers.push(normaliser);
      total = tf.tidy(() => {
        // The target's score from its own row: no second pass over the catalogue.
        const score = tf.sum(tf.mul(block.hidden, tf.gather(table, block.targets)), 1);
        return tf.add(total, tf.sum(tf.mul(tf.sub(normaliser, score), block.weights)));
      });
    }
    return [total, normalisers.length === 1 ? tf.clone(normalisers[0]!) : tf.concat(normalisers)];
  },
  saveInputs: ["hidden", "table", "targets", "weights"],
  saveOutputs: [false, true],
  gradient(dy, [hidden, table, targets, weights, normalisers], { blockRows }) {
    // Both gradients come from the same scores, so both are formed at once. Where only one is wanted a graph drops the other's product.
    const catalogue = table!.shape[0]!;
    const parts: Tensor[] = [];
    let ofTable: Tensor | undefined;
    let from = 0;
    for (const block of blocks(hidden!, targets!, weights!, blockRows)) {
      const size = block.hidden.shape[0];
      const [part, sum] = tf.tidy(() => {
        const normaliser = tf.reshape(tf.slice(normalisers!, [from], [size]), [size, 1]);
        const scores = tf.matMul(block.hidden, table as Tensor2D, false, true);
        const weight = tf.reshape(tf.mul(block.weights, dy), [size, 1]);
        const shares = tf.mul(tf.exp(tf.sub(scores, normaliser)), weight) as Tensor2D;
        // What a row's own target takes off both is a row each: nothing the size of the scores says where the targets lie.
        const targetRows = tf.mul(tf.gather(table!, block.targets), weight);
        const ofTargets = tf.unsortedSegmentSum(tf.mul(block.hidden, weight), block.targets, catalogue);
        const byTable = tf.sub(tf.matMul(shares, block.hidden, true, false), ofTargets);
        return [
          tf.sub(tf.matMul(shares, table as Tensor2D), targetRows),
          ofTable === undefined ? byTable : tf.add(ofTable, byTable),
        ];
      });
      parts.push(part!);
      ofTable = sum;
      from += size;
    }
    const ofHidden = parts.length === 1 ? parts[0]! : tf.concat(parts);
    return {
      hidden: () => ofHidden,
      table: () => ofTable!,
      targets: () => tf.zerosLike(targets!),
      weights: () => tf.zerosLike(weights!),
    };
  },
});
