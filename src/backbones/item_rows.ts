/**
 * What a backbone's parameters say of items, by catalogue index: behind special tokens or not, with a bias or without.
 * @module
 */
import { embed } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import type { Backbone, Parameters } from "./types.ts";

type Items = Pick<Backbone, "items" | "itemTable" | "itemOffset" | "itemBias">;

/** Rows of the items, [items + 1, width]: item i at i; row 0 is no item's. */
export function itemTable({ items, itemTable, itemOffset }: Items, parameters: Parameters): Tensor {
  const table = parameters[itemTable]!;
  return itemOffset === 0 ? table : tf.slice(table, [itemOffset, 0], [items + 1, table.shape[1]!]);
}

/** What is added to the items' scores, [items + 1]; undefined where nothing is. */
export function itemBias({ items, itemBias, itemOffset }: Items, parameters: Parameters): Tensor | undefined {
  if (itemBias === undefined) return undefined;
  const bias = parameters[itemBias]!;
  return itemOffset === 0 ? bias : tf.slice(bias, [itemOffset], [items + 1]);
}

/** Rows of items `ids` (int32, any shape): [...ids, width]. */
export function embedItems({ itemTable, itemOffset }: Items, parameters: Parameters, ids: Tensor): Tensor {
  const places = itemOffset === 0 ? ids : tf.add(ids, tf.scalar(itemOffset, "int32"));
  return embed(parameters[itemTable]!, places);
}
