/**
 * How far one model's scores of a large catalogue are from another's, in bounded memory.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tfjs.ts";
import { inOrder } from "../graph/trace.ts";
import { forget, type RowBlocks, SCORES_AT_ONCE } from "./score_blocks.ts";

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
  { held = 1, frozenRows = false, blockRows = Math.max(1, Math.floor(SCORES_AT_ONCE / (2 * student.rows.shape[0]))) }:
    RowBlocks = {},
): Scalar {
  const inputs = {
    states: student.states,
    rows: student.rows,
    teacherStates: teacher.states,
    teacherRows: teacher.rows,
    weights,
  };
  return divergence(inputs, { temperature, blockRows, held, frozenRows }) as Scalar;
}

type Settings = { temperature: number; blockRows: number; held: number; frozenRows: boolean };

type Inputs = { states: Tensor; rows: Tensor; teacherStates: Tensor; teacherRows: Tensor; weights: Tensor };

/** One block of rows: log-probabilities of both, [size, catalogue], and weights [size]. */
interface Block {
  readonly states: Tensor2D;
  readonly student: Tensor;
  readonly teacher: Tensor;
  readonly weights: Tensor;
}

/** A block among all. */
interface Place {
  readonly index: number;
  readonly count: number;
}

/** What a block leaves. */
type Visited = {
  /** Of the block alone. */
  readonly part: Tensor;
  /** Of all blocks so far, as {@linkcode addedUp} gives them. */
  readonly sum?: Tensor | undefined;
  readonly eight?: Tensor | undefined;
};

/**
 * One more tensor in a sum that is never held in parts: in the order of TensorFlow's AddN, which adds eight at a time to the first two to nine. A
 * graph may give AddN of many tensors another order by what stands around it, so that its bits would depend on how many blocks are held.
 *
 * @param index Of the tensor, among `count`.
 */
function addedUp(
  { sum, eight }: Omit<Visited, "part">,
  x: Tensor,
  { index, count }: Place,
): Omit<Visited, "part"> {
  const first = count < 8 ? count : count % 8 < 2 ? 8 + count % 8 : count % 8;
  if (index < first) return { sum: sum === undefined ? x : tf.add(sum, x) };
  const place = (index - first) % 8;
  const now = place === 0 ? x : tf.add(eight!, x);
  return place === 7 ? { sum: tf.add(sum!, now) } : { sum, eight: now };
}

/** Log-probabilities of scores softened by the temperature. */
function logProbabilities(states: Tensor2D, rows: Tensor, temperature: number): Tensor {
  const scores = tf.div(tf.matMul(states, rows as Tensor2D, false, true), temperature);
  return tf.sub(scores, tf.logSumExp(scores, 1, true));
}

/**
 * What `visit` gives for each block of rows, made of the block and of what it gave before; all else is freed block by block. A block waits for
 * what the one `held` places before it gave.
 */
function eachBlock<T extends Visited>(
  { states, rows, teacherStates, teacherRows, weights }: Inputs,
  { temperature, blockRows, held, frozenRows }: Settings,
  visit: (block: Block, before: T | undefined, place: Place) => T,
): T[] {
  const results: T[] = [];
  const count = states.shape[0]!;
  for (let from = 0; from < count; from += blockRows) {
    const size = Math.min(blockRows, count - from);
    const part = (x: Tensor) => tf.slice(x, [from, 0], [size, x.shape[1]!]) as Tensor2D;
    const done = results.at(-held);
    const sums = frozenRows ? [] : [done?.sum, done?.eight];
    const awaited = [done?.part, ...sums].filter((tensor) => tensor !== undefined);
    const before = results.at(-1);
    const place = { index: from / blockRows, count: Math.ceil(count / blockRows) };
    results.push(tf.tidy(() => {
      const own = inOrder(awaited, part(states)) as Tensor2D;
      return visit(
        {
          states: own,
          student: logProbabilities(own, rows, temperature),
          teacher: logProbabilities(inOrder(awaited, part(teacherStates)) as Tensor2D, teacherRows, temperature),
          weights: tf.slice(weights, [from], [size]),
        },
        before,
        place,
      );
    }));
    forget(results.map(({ sum, eight }) => [sum, eight].filter((tensor) => tensor !== undefined)), held);
  }
  return results;
}

const divergence = definePrimitive<Inputs, Settings>({
  name: "BlockedDivergence",
  forward(inputs, settings) {
    const parts = eachBlock<Visited>(inputs, settings, ({ student, teacher, weights }, before, place) => {
      const apart = tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)), 1);
      const part = tf.sum(tf.mul(apart, weights));
      return { part, ...addedUp(before ?? {}, part, place) };
    });
    return [parts.at(-1)!.sum!];
  },
  saveInputs: ["states", "rows", "teacherStates", "teacherRows", "weights"],
  gradient(dy, [states, rows, teacherStates, teacherRows, weights], settings) {
    const inputs = { states, rows, teacherStates, teacherRows, weights } as Inputs;
    // Both gradients come from the same scores, so both are formed at once, as in cross-entropy.
    const parts = eachBlock<Visited>(inputs, settings, (block, before, place) => {
      const scale = tf.reshape(tf.mul(block.weights, tf.div(dy, settings.temperature)), [block.weights.size, 1]);
      const d = tf.mul(tf.sub(tf.exp(block.student), tf.exp(block.teacher)), scale) as Tensor2D;
      return {
        part: tf.matMul(d, rows as Tensor2D),
        ...addedUp(before ?? {}, tf.matMul(d, block.states, true, false), place),
      };
    });
    const ofStates = parts.map(({ part }) => part);
    return {
      states: () => ofStates.length === 1 ? ofStates[0]! : tf.concat(ofStates),
      rows: () => parts.at(-1)!.sum!,
      teacherStates: () => tf.zerosLike(teacherStates!),
      teacherRows: () => tf.zerosLike(teacherRows!),
      weights: () => tf.zerosLike(weights!),
    };
  },
});
