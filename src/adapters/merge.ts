/**
 * Adapters made part of the weights they sit on: W + (alpha / r) B A, and item rows with their deltas.
 * @module
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Backbone } from "../backbones/types.ts";
import { tf } from "../engine/tfjs.ts";
import type { TensorMap } from "../engine/types.ts";
import { type AdapterValues, type BankConfig, bankLayout, readPart, rowWidth, scorePart, stackRows } from "./bank.ts";

/**
 * The parameters that score without an adapter as these do with it. Tensors that change are new ones, and those they take the place of are disposed;
 * the others are handed on.
 */
export function mergeAdapter(
  { itemTable, itemOffset, scoreTable }: Backbone,
  parameters: TensorMap,
  bank: BankConfig,
  { lora, rows }: AdapterValues,
): TensorMap {
  const merged: Record<string, Tensor> = { ...parameters };
  const put = (name: string, value: Tensor) => {
    merged[name]!.dispose();
    merged[name] = value;
  };
  const layout = bankLayout(bank);
  const { rank, alpha } = bank;
  for (const { projection: { name, inputs, outputs }, a, b } of layout.segments) {
    const weight = `${name}.weight`;
    put(
      weight,
      tf.tidy(() => {
        const down = tf.tensor2d(lora.subarray(a, b), [rank, inputs]);
        const up = tf.tensor2d(lora.subarray(b, b + rank * outputs), [rank, outputs]);
        return tf.add(merged[weight]!, tf.mul(tf.matMul(up, down, true, false), alpha / rank));
      }),
    );
  }
  if (bank.itemRows.length === 0) return merged;
  const added = (name: string, offset: number, part: typeof readPart) =>
    put(
      name,
      tf.tidy(() => {
        const deltas = tf.gather(
          part(bank, stackRows(tf.tensor1d(rows), rowWidth(bank))),
          tf.tensor1d(layout.rowOf, "int32"),
        );
        return tf.add(merged[name]!, tf.pad(deltas, [[offset, 0], [0, 0]]));
      }),
    );
  added(itemTable, itemOffset, readPart);
  if (scoreTable !== undefined) added(scoreTable.name, scoreTable.offset, scorePart);
  return merged;
}
