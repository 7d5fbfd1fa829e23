/**
 * A pull towards an adapter's values, as a term of the loss.
 * @module
 */
import type { AdapterValues } from "../adapters/bank.ts";
import type { Term } from "../adapters/train_step.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor, TensorMap } from "../engine/types.ts";

/** Tensors of an adapter, with the names they have in training; no `rows` where item rows do not train. */
function tensorsOf({ lora, rows }: AdapterValues): Record<string, Tensor> {
  const named = { lora: tf.tensor2d(lora, [1, lora.length]) };
  return rows.length === 0 ? named : { ...named, rows: tf.tensor2d(rows, [1, rows.length]) };
}

const IMPORTANCE = " importance";

/**
 * `scale` sum importance_i (theta_i - start_i)^2 over A, B and item rows.
 *
 * @param name of the method
 * @param importance of each number; left out: 1
 */
export function pullTerm(name: string, scale: number, start: AdapterValues, importance?: AdapterValues): Term {
  return {
    key: `${name} ${scale}`,
    over: "whole",
    inputs: () => ({
      ...tensorsOf(start),
      ...(importance === undefined ? {} : Object.fromEntries(
        Object.entries(tensorsOf(importance)).map(([name, tensor]) => [name + IMPORTANCE, tensor]),
      )),
    }),
    loss: ({ trained }, inputs) => tf.mul(squaredDistance(trained, inputs), scale),
  };
}

function squaredDistance(trained: TensorMap, given: TensorMap): Tensor {
  return Object.entries(trained)
    .map(([name, numbers]) => {
      const squares = tf.square(tf.sub(numbers, given[name]!));
      const importance = given[name + IMPORTANCE];
      return tf.sum(importance === undefined ? squares : tf.mul(squares, importance));
    })
    .reduce((sum, part) => tf.add(sum, part));
}
