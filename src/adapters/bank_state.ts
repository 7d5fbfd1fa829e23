/**
 * The state of a bank under training, made from adapters and read back; see {@linkcode BankState}.
 * @module
 */
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, Tensor, TensorMap } from "../engine/types.ts";
import type { AdapterValues } from "./bank.ts";
import type { BankBatch, BankState } from "./train_step.ts";

/** [adapters, numbers]; item rows may be absent, and a state entry needs at least one number. */
export function stacked(values: readonly Float32Array[]): Tensor {
  const size = Math.max(1, values[0]!.length);
  const all = new Float32Array(values.length * size);
  values.forEach((one, index) => all.set(one, index * size));
  return tf.tensor2d(all, [values.length, size]);
}

/** Numbers with AdamW's moments, which are zero at the start. */
export const moments = (name: string, numbers: Tensor): Record<string, Tensor> => ({
  [name]: numbers,
  [`${name}M`]: tf.zerosLike(numbers),
  [`${name}V`]: tf.zerosLike(numbers),
});

/** What a training of these adapters, side by side, starts from; the caller disposes it. */
export function startState(adapters: readonly AdapterValues[]): TensorMap {
  return {
    ...moments("lora", stacked(adapters.map(({ lora }) => lora))),
    ...moments("rows", stacked(adapters.map(({ rows }) => rows))),
    count: tf.zeros([adapters.length, 1]),
  };
}

/** Entries of a step's state as plain numbers. */
export async function readValues(
  step: CompiledStep<BankBatch, BankState, TensorMap>,
  names: readonly string[],
): Promise<Record<string, Float32Array>> {
  const state = step.readState();
  try {
    const values: Record<string, Float32Array> = {};
    for (const name of names) values[name] = await state[name]!.data() as Float32Array;
    return values;
  } finally {
    tf.dispose(Object.values(state));
  }
}
