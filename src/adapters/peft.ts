/**
 * Adapters on disk: Hugging Face PEFT directories, `adapter_config.json` and `adapter_model.safetensors`, readable by Python's `peft`.
 *
 * Item rows are saved the way PEFT saves trained token rows: `trainable_token_indices` in the configuration names the item table's module and the
 * rows, and `token_adapter.trainable_tokens_delta` holds the rows' values (PEFT keeps the trained rows themselves, not their difference to the
 * table: see `toPeft`).
 *
 * A BERT4Rec with item rows scores differently inside Python's `peft` (0.21): where the decoder is tied to a table with trained rows, its
 * TrainableTokensLayer leaves out the decoder's bias. After `merge_and_unload()` the scores are those of here.
 * @module
 */
import { join } from "node:path";
import type { PlainTensor, PlainTensors } from "../engine/plain_tensor.ts";
import { type AdapterValues, type BankConfig, bankLayout, rowWidth } from "./bank.ts";
import { peftConfig, type PeftTask, readPeftSettings, requireSettings } from "./peft_config.ts";
import { requireTensors } from "./required_tensors.ts";
import { encodeSafetensors, readSafetensors } from "./safetensors.ts";

const PREFIX = "base_model.model.";

/** [rows, columns] -> [columns, rows]. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c]!;
  }
  return result;
}

/** A shared table of which adapters have rows: PEFT stores trained rows as values, so a row is the table's with the adapter's delta. */
export interface RowTable {
  /** Module path, e.g. "item_emb". */
  readonly module: string;
  /** [offset + items + 1, width] */
  readonly values: Float32Array;
  /** Item i has row i + offset of the values; left out: i + itemOffset, its row in the module. */
  readonly offset?: number;
}

/** Adds the tables' rows to deltas, or takes them away again. */
function shift(config: BankConfig, deltas: Float32Array, tables: readonly RowTable[], sign: 1 | -1): Float32Array {
  const { width, itemRows, itemOffset = 0 } = config;
  const result = Float32Array.from(deltas);
  tables.forEach(({ values, offset = itemOffset }, side) =>
    itemRows.forEach((item, index) => {
      const at = index * rowWidth(config) + side * width;
      for (let c = 0; c < width; c++) result[at + c]! += sign * values[(item + offset) * width + c]!;
    })
  );
  return result;
}

/** [rows, rowWidth] numbers of one side, or a place for them. */
function side(config: BankConfig, rows: Float32Array, which: number, into?: Float32Array): Float32Array {
  const { width, itemRows } = config;
  const one = into ?? new Float32Array(itemRows.length * width);
  for (let index = 0; index < itemRows.length; index++) {
    const at = index * rowWidth(config) + which * width;
    if (into === undefined) one.set(rows.subarray(at, at + width), index * width);
    else rows.set(into.subarray(index * width, (index + 1) * width), at);
  }
  return one;
}

const rowsName = ({ module }: RowTable): string => `${PREFIX}${module}.token_adapter.trainable_tokens_delta`;

/**
 * One adapter as PEFT's tensors.
 *
 * @param tables What its item rows are rows of: where items are read, and where they are scored if those rows are others.
 */
export function toPeft(config: BankConfig, adapter: AdapterValues, tables: readonly RowTable[]): PlainTensors {
  const tensors: Record<string, PlainTensor> = {};
  for (const { projection, a, b } of bankLayout(config).segments) {
    const { name, inputs, outputs } = projection;
    const down = adapter.lora.subarray(a, b);
    const up = adapter.lora.subarray(b, b + config.rank * outputs);
    tensors[`${PREFIX}${name}.lora_A.weight`] = { shape: [config.rank, inputs], values: Float32Array.from(down) };
    tensors[`${PREFIX}${name}.lora_B.weight`] = {
      shape: [outputs, config.rank],
      values: transpose(up, config.rank, outputs),
    };
  }
  if (config.itemRows.length > 0) {
    const rows = shift(config, adapter.rows, tables, 1);
    tables.forEach((table, which) =>
      tensors[rowsName(table)] = {
        shape: [config.itemRows.length, config.width],
        values: side(config, rows, which),
      }
    );
  }
  return tensors;
}

/** The inverse of {@linkcode toPeft}. @throws {WeightsError} naming a tensor that is missing, unexpected or of the wrong shape. */
export function fromPeft(
  config: BankConfig,
  tensors: PlainTensors,
  tables: readonly RowTable[],
  source: string,
): AdapterValues {
  const layout = bankLayout(config);
  const shapes: Record<string, readonly number[]> = {};
  for (const { name, inputs, outputs } of config.projections) {
    shapes[`${PREFIX}${name}.lora_A.weight`] = [config.rank, inputs];
    shapes[`${PREFIX}${name}.lora_B.weight`] = [outputs, config.rank];
  }
  const shifted = config.itemRows.length > 0 ? tables : [];
  for (const table of shifted) shapes[rowsName(table)] = [config.itemRows.length, config.width];
  requireTensors(tensors, shapes, `adapter ${source}`);
  const valuesOf = (name: string) => tensors[name]!.values as Float32Array;
  const lora = new Float32Array(layout.loraSize);
  for (const { projection: { name, outputs }, a, b } of layout.segments) {
    lora.set(valuesOf(`${PREFIX}${name}.lora_A.weight`), a);
    lora.set(transpose(valuesOf(`${PREFIX}${name}.lora_B.weight`), outputs, config.rank), b);
  }
  const rows = new Float32Array(layout.rowsSize);
  shifted.forEach((table, which) => side(config, rows, which, valuesOf(rowsName(table))));
  return { lora, rows: shift(config, rows, shifted, -1) };
}

/**
 * Writes one adapter as a PEFT directory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initialAdapter } from "./bank.ts";
 * import { loadAdapter, saveAdapter } from "./peft.ts";
 * import { readPeftSettings } from "./peft_config.ts";
 * const projections = [{ name: "blocks.0.q_proj", inputs: 4, outputs: 4 }];
 * const itemRows = Int32Array.of(3);
 * const bank = { rank: 2, alpha: 4, dropout: 0, init: "kaiming" as const, projections, width: 4, itemRows, items: 9 };
 * const folder = await Deno.makeTempDir();
 * const tables = [{ module: "item_emb", values: new Float32Array(10 * 4) }];
 * const adapter = initialAdapter(bank, 1);
 * await saveAdapter(folder, bank, adapter, tables);
 * assert.deepEqual(await loadAdapter(folder, bank, tables), adapter);
 * assert.deepEqual((await readPeftSettings(folder)).targets, ["q_proj"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function saveAdapter(
  folder: string,
  config: BankConfig,
  adapter: AdapterValues,
  tables: readonly RowTable[],
  task: PeftTask = "FEATURE_EXTRACTION",
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    join(folder, "adapter_config.json"),
    JSON.stringify(peftConfig(config, tables.map(({ module }) => module), task), null, 2) + "\n",
  );
  await Deno.writeFile(
    join(folder, "adapter_model.safetensors"),
    encodeSafetensors(toPeft(config, adapter, tables)),
  );
}

/**
 * Reads the tensors of a PEFT directory.
 * @throws {WeightsError} naming the file and the tensor.
 */
export function readPeftTensors(folder: string): Promise<PlainTensors> {
  return readSafetensors(join(folder, "adapter_model.safetensors"));
}

/**
 * Loads one adapter of a known layout from a PEFT directory.
 * @throws {WeightsError} naming the file and the field or tensor, when settings or tensors are not the layout's.
 */
export async function loadAdapter(
  folder: string,
  config: BankConfig,
  tables: readonly RowTable[],
): Promise<AdapterValues> {
  requireSettings(await readPeftSettings(folder), config, tables.map(({ module }) => module), folder);
  return fromPeft(config, await readPeftTensors(folder), tables, folder);
}
