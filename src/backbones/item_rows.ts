/**
 * What a backbone's parameters say of items, by catalogue index: behind special tokens or not, with a bias or without.
 * @module
 */
import { embed, type ItemRange } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import type { Backbone, Parameters } from "./types.ts";

type Items = Pick<Backbone, "items" | "itemTable" | "itemOffset" | "itemBias" | "scoreTable">;

/** Where the rows that score items stand. */
const scoring = ({ itemTable, itemOffset, scoreTable }: Items) => scoreTable ?? { name: itemTable, offset: itemOffset };

/** Rows that score the items, [items + 1, width]: item i at i; row 0 is no item's. */
export function scoreTable(backbone: Items, parameters: Parameters): Tensor {
  const { name, offset } = scoring(backbone);
  const table = parameters[name]!;
  return offset === 0 ? table : tf.slice(table, [offset, 0], [backbone.items + 1, table.shape[1]!]);
}

/** Rows that score a range of items, [size, width]. */
export function scoreRange(backbone: Items, parameters: Parameters, { from, size }: ItemRange): Tensor {
  const { name, offset } = scoring(backbone);
  const table = parameters[name]!;
  return tf.slice(table, [offset + 1 + from, 0], [size, table.shape[1]!]);
}

/** Rows that score items `ids` (int32, any shape): [...ids, width]. */
export function scoreRows(backbone: Items, parameters: Parameters, ids: Tensor): Tensor {
  const { name, offset } = scoring(backbone);
  return rowsOf(parameters[name]!, offset, ids);
}

/** What is added to the items' scores, [items + 1]; undefined where nothing is. */
export function itemBias({ items, itemBias, itemOffset }: Items, parameters: Parameters): Tensor | undefined {
  if (itemBias === undefined) return undefined;
  const bias = parameters[itemBias]!;
  return itemOffset === 0 ? bias : tf.slice(bias, [itemOffset], [items + 1]);
}

/** Rows by which items `ids` (int32, any shape) are read: [...ids, width]. */
export const embedItems = ({ itemTable, itemOffset }: Items, parameters: Parameters, ids: Tensor): Tensor =>
  rowsOf(parameters[itemTable]!, itemOffset, ids);

const rowsOf = (table: Tensor, offset: number, ids: Tensor): Tensor =>
  embed(table, offset === 0 ? ids : tf.add(ids, tf.scalar(offset, "int32")));
