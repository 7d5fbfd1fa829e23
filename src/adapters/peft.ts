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
import { type AdapterValues, type BankConfig, bankLayout } from "./bank.ts";
import { peftConfig, readPeftSettings, requireSettings } from "./peft_config.ts";
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

/**
 * One adapter as PEFT's tensors.
 *
 * @param table The shared item table, [itemOffset + items + 1, width]: PEFT stores trained rows as values, so a row is table + delta.
 * @param tableModule Module of the item table, e.g. "item_emb".
 */
export function toPeft(
  config: BankConfig,
  adapter: AdapterValues,
  table: Float32Array,
  tableModule: string,
): PlainTensors {
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
    const rows = Float32Array.from(adapter.rows);
    const { itemOffset = 0 } = config;
    config.itemRows.forEach((item, index) => {
      for (let c = 0; c < config.width; c++) {
        rows[index * config.width + c]! += table[(item + itemOffset) * config.width + c]!;
      }
    });
    tensors[`${PREFIX}${tableModule}.token_adapter.trainable_tokens_delta`] = {
      shape: [config.itemRows.length, config.width],
      values: rows,
    };
  }
  return tensors;
}

/** The inverse of {@linkcode toPeft}. @throws {WeightsError} naming a tensor that is missing, unexpected or of the wrong shape. */
export function fromPeft(
  config: BankConfig,
  tensors: PlainTensors,
  table: Float32Array,
  tableModule: string,
  source: string,
): AdapterValues {
  const layout = bankLayout(config);
  const rowsName = `${PREFIX}${tableModule}.token_adapter.trainable_tokens_delta`;
  const shapes: Record<string, readonly number[]> = {};
  for (const { name, inputs, outputs } of config.projections) {
    shapes[`${PREFIX}${name}.lora_A.weight`] = [config.rank, inputs];
    shapes[`${PREFIX}${name}.lora_B.weight`] = [outputs, config.rank];
  }
  if (config.itemRows.length > 0) shapes[rowsName] = [config.itemRows.length, config.width];
  requireTensors(tensors, shapes, `adapter ${source}`);
  const valuesOf = (name: string) => tensors[name]!.values as Float32Array;
  const lora = new Float32Array(layout.loraSize);
  for (const { projection: { name, outputs }, a, b } of layout.segments) {
    lora.set(valuesOf(`${PREFIX}${name}.lora_A.weight`), a);
    lora.set(transpose(valuesOf(`${PREFIX}${name}.lora_B.weight`), outputs, config.rank), b);
  }
  const rows = new Float32Array(layout.rowsSize);
  if (config.itemRows.length > 0) {
    rows.set(valuesOf(rowsName));
    const { itemOffset = 0 } = config;
    config.itemRows.forEach((item, index) => {
      for (let c = 0; c < config.width; c++) {
        rows[index * config.width + c]! -= table[(item + itemOffset) * config.width + c]!;
      }
    });
  }
  return { lora, rows };
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
 * const table = new Float32Array(10 * 4);
 * const adapter = initialAdapter(bank, 1);
 * await saveAdapter(folder, bank, adapter, table, "item_emb");
 * assert.deepEqual(await loadAdapter(folder, bank, table, "item_emb"), adapter);
 * assert.deepEqual((await readPeftSettings(folder)).targets, ["q_proj"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function saveAdapter(
  folder: string,
  config: BankConfig,
  adapter: AdapterValues,
  table: Float32Array,
  tableModule: string,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    join(folder, "adapter_config.json"),
    JSON.stringify(peftConfig(config, tableModule), null, 2) + "\n",
  );
  await Deno.writeFile(
    join(folder, "adapter_model.safetensors"),
    encodeSafetensors(toPeft(config, adapter, table, tableModule)),
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
  table: Float32Array,
  tableModule: string,
): Promise<AdapterValues> {
  requireSettings(await readPeftSettings(folder), config, tableModule, folder);
  return fromPeft(config, await readPeftTensors(folder), table, tableModule, folder);
}
