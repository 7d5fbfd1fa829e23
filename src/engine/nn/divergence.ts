/**
 * How far one model's scores of a large catalogue are from another's, in bounded memory.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tfjs.ts";
import { SCORES_AT_ONCE } from "./cross_entropy.ts";

/** Scores as a product: `states` [rows, width] times `rows` [catalogue, width] transposed. */
export interface ScoreFactors {
  readonly states: Tensor2D;
  readonly rows: Tensor2D;
}

/**
 * Weighted sum over rows of KL(softmax(teacher / temperature) || softmax(student / temperature)). Student and teacher score the same catalogue; their
 * widths may differ. No gradient is given for the teacher and the weights.
 *
 * Both scores are computed for `blockRows` rows at a time, and once more for the gradient, as in
 * {@linkcode blockedCrossEntropy}.
 *
 * @param weights [rows]; 0 leaves a row out
 * @param blockRows chosen by the catalogue's size when left out
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { blockedDivergence } from "./divergence.ts";
 * const engine = await openEngine("cpu");
 * const rows = tf.tensor2d([[0], [1]]);
 * const state = (value: number) => ({ states: tf.tensor2d([[value]]), rows });
 * // The teacher takes both items to be equally likely, the student the second one to be three times as likely.
 * const [apart] = blockedDivergence(state(Math.log(3)), state(0), tf.tensor1d([1]), 1).dataSync();
 * assert.ok(Math.abs(apart! - Math.log(2 / Math.sqrt(3))) < 1e-6);
 * engine.close();
 * ```
 */
export function blockedDivergence(
  student: ScoreFactors,
  teacher: ScoreFactors,
  weights: Tensor1D,
  temperature: number,
  blockRows = Math.max(1, Math.floor(SCORES_AT_ONCE / (2 * student.rows.shape[0]))),
): Scalar {
  const inputs = {
    states: student.states,
    rows: student.rows,
    teacherStates: teacher.states,
    teacherRows: teacher.rows,
    weights,
  };
  return divergence(inputs, { temperature, blockRows }) as Scalar;
}

type Inputs = { states: Tensor; rows: Tensor; teacherStates: Tensor; teacherRows: Tensor; weights: Tensor };

/** One block of rows: log-probabilities of both, [size, catalogue], and weights [size]. */
interface Block {
  readonly states: Tensor2D;
  readonly student: Tensor;
  readonly teacher: Tensor;
  readonly weights: Tensor;
}

/** Log-probabilities of scores softened by the temperature. */
function logProbabilities(states: Tensor2D, rows: Tensor, temperature: number): Tensor {
  const scores = tf.div(tf.matMul(states, rows as Tensor2D, false, true), temperature);
  return tf.sub(scores, tf.logSumExp(scores, 1, true));
}

/** What `visit` gives for each block of rows; all else is freed block by block. */
function eachBlock<T extends Tensor | Tensor[]>(
  { states, rows, teacherStates, teacherRows, weights }: Inputs,
  { temperature, blockRows }: { temperature: number; blockRows: number },
  visit: (block: Block) => T,
): T[] {
  const results: T[] = [];
  const count = states.shape[0]!;
  for (let from = 0; from < count; from += blockRows) {
    const size = Math.min(blockRows, count - from);
    const part = (x: Tensor) => tf.slice(x, [from, 0], [size, x.shape[1]!]) as Tensor2D;
    results.push(tf.tidy(() => {
      const own = part(states);
      return visit({
        states: own,
        student: logProbabilities(own, rows, temperature),
        teacher: logProbabilities(part(teacherStates), teacherRows, temperature),
        weights: tf.slice(weights, [from], [size]),
      });
    }));
  }
  return results;
}

const divergence = definePrimitive<Inputs, { temperature: number; blockRows: number }>({
  name: "BlockedDivergence",
  forward(inputs, settings) {
    const sums = eachBlock(inputs, settings, ({ student, teacher, weights }) => {
      const apart = tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)), 1);
      return tf.sum(tf.mul(apart, weights));
    });
    return [sums.length === 1 ? sums[0]! : tf.addN(sums)];
  },
  saveInputs: ["states", "rows", "teacherStates", "teacherRows", "weights"],
  gradient(dy, [states, rows, teacherStates, teacherRows, weights], settings) {
    const inputs = { states, rows, teacherStates, teacherRows, weights } as Inputs;
    // Both gradients come from the same scores, so both are formed at once, as in cross-entropy.
    const parts = eachBlock(inputs, settings, (block) => {
      const scale = tf.reshape(tf.mul(block.weights, tf.div(dy, settings.temperature)), [block.weights.size, 1]);
      const d = tf.mul(tf.sub(tf.exp(block.student), tf.exp(block.teacher)), scale) as Tensor2D;
      return [tf.matMul(d, rows as Tensor2D), tf.matMul(d, block.states, true, false)];
    });
    const ofStates = parts.map(([part]) => part!);
    const ofRows = parts.map(([, part]) => part!);
    return {
      states: () => ofStates.length === 1 ? ofStates[0]! : tf.concat(ofStates),
      rows: () => ofRows.length === 1 ? ofRows[0]! : tf.addN(ofRows),
      teacherStates: () => tf.zerosLike(teacherStates!),
      teacherRows: () => tf.zerosLike(teacherRows!),
      weights: () => tf.zerosLike(weights!),
    };
  },
});
