/**
 * What adapters' item rows are rows of: the tables of a backbone.
 * @module
 */
import type { Backbone } from "../backbones/types.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import type { BankConfig } from "./bank.ts";
import type { RowTable } from "./peft.ts";

/** What a bank must know of a backbone's tables. */
export function tableLayout(
  { width, items, itemOffset, scoreTable }: Backbone,
): Pick<BankConfig, "width" | "items" | "itemOffset" | "tables"> {
  return { width, items, itemOffset, ...(scoreTable === undefined ? {} : { tables: 2 }) };
}

/** The tables as plain numbers: where items are read, and where they are scored if those rows are others. */
export async function rowTables(
  { itemTable, scoreTable }: Backbone,
  values: (names: string[]) => Promise<PlainTensors>,
): Promise<RowTable[]> {
  const found = await values(scoreTable === undefined ? [itemTable] : [itemTable, scoreTable.name]);
  const numbers = (name: string) => found[name]!.values as Float32Array;
  const read = { module: itemTable.replace(/\.weight$/, ""), values: numbers(itemTable) };
  if (scoreTable === undefined) return [read];
  return [read, { module: scoreTable.module, values: numbers(scoreTable.name), offset: scoreTable.offset }];
}
