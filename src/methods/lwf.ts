/**
 * `lwf`: lora that stays near the base's answers (learning without forgetting, Li and Hoiem, 1606.09282; method.md 8).
 *
 * Each step lowers L_F + alpha T^2 KL(teacher || student), both softmaxed over scores / T, the mean over all places with a loss; the teacher is the
 * base on the same rows, on later slices too. T^2 keeps the gradients' size whatever T is (Hinton et al., 1503.02531, section 2).
 * @module
 */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { stepRows } from "../adapters/batches.ts";
import type { Term } from "../adapters/train_step.ts";
import { ExampleBatch } from "../backbones/examples.ts";
import { candidateScores, catalogueFactors, type LossInputs, negativesOf } from "../backbones/losses.ts";
import { windowRows } from "../backbones/training_rows.ts";
import { blockedDivergence, embed } from "../engine/nn/mod.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import { type OwnOptions, ownOptions } from "../spec/method_types.ts";
import type { MethodSpec } from "../spec/types.ts";
import { singleAdapter, type SingleTask } from "./single_adapter.ts";
import type { Method } from "./types.ts";

type Options = OwnOptions["lwf"];

/**
 * One adapter on F, taught by the base. With alpha 0 it is lora.
 *
 * `candidates` "two": the target and the first negative of the loss, or, where the loss draws none, one that is drawn for it (the authors' code);
 * "all": the whole catalogue.
 */
export const lwf = (spec: MethodSpec): Method => {
  const own = ownOptions("lwf", spec);
  return singleAdapter(spec, {
    kind: "lwf",
    own,
    add: (task) => own.alpha === 0 ? {} : { terms: [distillationTerm(own, task)] },
  });
};

function distillationTerm(own: Options, { context: { backbone }, settings, set }: SingleTask): Term {
  const { training: { batch, loss }, positions, seed } = settings;
  const drawn = own.candidates === "two" && negativesOf(loss) === 0;
  /** Each place's target and a negative of the teacher's own. */
  const pairs = (step: number): Tensor => {
    const time = Math.min(set.windows.context, backbone.maxLength);
    const examples = new ExampleBatch({ rows: batch, time, positions, negatives: 1, items: backbone.items });
    const draw = stream(seed, `distillation ${set.purpose}`, step);
    examples.put(0, windowRows(set.windows), stepRows(seed, set, batch, step), draw);
    return tf.tensor2d(examples.candidates, [batch * examples.perRow, 2], "int32");
  };
  return {
    key: `lwf ${JSON.stringify(own)}`,
    over: "rows",
    inputs: (step) => drawn ? { pairs: pairs(step) } : {},
    loss: (view, inputs) => distillation(view.student, view.teacher(), own, inputs.pairs),
  };
}

/**
 * alpha T^2 times the weighted sum over rows of KL(teacher || student), a scalar. The teacher's inputs depend on nothing that trains.
 *
 * @param pairs [rows, 2], catalogue indices that "two" compares; left out: the first two of the rows' candidates
 */
export function distillation(
  student: LossInputs,
  teacher: LossInputs,
  { temperature, alpha, candidates }: Options,
  pairs?: Tensor,
): Tensor {
  const scale = alpha * temperature ** 2;
  const weights = student.weights as Tensor1D;
  if (candidates === "all") {
    const factors = [catalogueFactors(student), catalogueFactors(teacher)] as const;
    const distance = blockedDivergence(...factors, weights, temperature, student);
    return tf.mul(distance, scale);
  }
  const [own, taught] = [student, teacher].map((inputs) => {
    const scores = tf.div(pairScores(inputs, pairs), temperature);
    return tf.sub(scores, tf.logSumExp(scores, 1, true));
  }) as [Tensor, Tensor];
  const distance = tf.sum(tf.mul(tf.exp(taught), tf.sub(taught, own)), 1);
  return tf.mul(tf.sum(tf.mul(distance, weights)), scale);
}

/** [rows, 2] */
function pairScores(inputs: LossInputs, pairs: Tensor | undefined): Tensor {
  if (pairs === undefined) {
    const scores = candidateScores(inputs);
    return tf.slice(scores, [0, 0], [scores.shape[0]!, 2]);
  }
  // Embedding other items than the rows' candidates goes by the whole table, which cross-entropy, drawing none, has made anyway.
  const table = inputs.table(0);
  return candidateScores({ ...inputs, candidates: pairs, embed: (ids) => embed(table, ids) });
}
