/**
 * Adapters on disk: Hugging Face PEFT directories, `adapter_config.json` and `adapter_model.safetensors`, readable by Python's `peft`.
 *
 * Item rows are saved the way PEFT saves trained token rows: `trainable_token_indices` in the configuration names the item table's module and the
 * rows, and `token_adapter.trainable_tokens_delta` holds the rows' values (PEFT keeps the trained rows themselves, not their difference to the
 * table: see `toPeft`).
 * @module
 */
import { join } from "node:path";
import type { PlainTensor, PlainTensors } from "./safetensors.ts";
import { decodeSafetensors, encodeSafetensors, WeightsError } from "./safetensors.ts";
import type { AdapterValues, BankConfig } from "./bank.ts";
import { bankLayout } from "./bank.ts";

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
 * @param table The shared item table, [items + 1, width]: PEFT stores trained rows as values, so a row is table + delta.
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
    config.itemRows.forEach((item, index) => {
      for (let c = 0; c < config.width; c++) rows[index * config.width + c]! += table[item * config.width + c]!;
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
  const left = new Set(Object.keys(tensors));
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors[name];
    left.delete(name);
    if (tensor === undefined) throw new WeightsError(`Cannot load adapter ${source}: tensor "${name}" is missing`);
    if (tensor.shape.join() !== shape.join() || !(tensor.values instanceof Float32Array)) {
      throw new WeightsError(
        `Cannot load adapter ${source}: "${name}" is [${tensor.shape}], wanted float32 [${shape}]`,
      );
    }
    return tensor.values;
  };
  const lora = new Float32Array(layout.loraSize);
  for (const { projection: { name, inputs, outputs }, a, b } of layout.segments) {
    lora.set(take(`${PREFIX}${name}.lora_A.weight`, [config.rank, inputs]), a);
    lora.set(transpose(take(`${PREFIX}${name}.lora_B.weight`, [outputs, config.rank]), outputs, config.rank), b);
  }
  const rows = new Float32Array(layout.rowsSize);
  if (config.itemRows.length > 0) {
    rows.set(
      take(`${PREFIX}${tableModule}.token_adapter.trainable_tokens_delta`, [config.itemRows.length, config.width]),
    );
    config.itemRows.forEach((item, index) => {
      for (let c = 0; c < config.width; c++) rows[index * config.width + c]! -= table[item * config.width + c]!;
    });
  }
  if (left.size > 0) throw new WeightsError(`Cannot load adapter ${source}: unexpected tensor "${[...left][0]}"`);
  return { lora, rows };
}

/** PEFT's configuration of an adapter. */
export function peftConfig(config: BankConfig, tableModule: string): Record<string, unknown> {
  return {
    peft_type: "LORA",
    task_type: "FEATURE_EXTRACTION",
    base_model_name_or_path: null,
    inference_mode: true,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    init_lora_weights: config.init === "gaussian" ? "gaussian" : true,
    bias: "none",
    fan_in_fan_out: false,
    use_rslora: false,
    use_dora: false,
    target_modules: [...new Set(config.projections.map(({ name }) => name.slice(name.lastIndexOf(".") + 1)))].sort(),
    modules_to_save: null,
    trainable_token_indices: config.itemRows.length === 0 ? null : { [tableModule]: [...config.itemRows] },
  };
}

/**
 * Writes one adapter as a PEFT directory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initialAdapter } from "./bank.ts";
 * import { loadAdapter, readPeftSettings, saveAdapter } from "./peft.ts";
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

/** Settings of a PEFT directory that change what an adapter computes. */
export interface PeftSettings {
  /** r. */
  readonly rank: number;
  /** The low-rank term is scaled by alpha / rank. */
  readonly alpha: number;
  /** In [0, 1); of use only to train further. */
  readonly dropout: number;
  /** Last components of the adapted projections' names. */
  readonly targets: readonly string[];
}

/** Reads `adapter_config.json`. @throws {WeightsError} for an adapter of another kind than plain LoRA. */
export async function readPeftSettings(folder: string): Promise<PeftSettings> {
  const file = join(folder, "adapter_config.json");
  const json = JSON.parse(await Deno.readTextFile(file)) as Record<string, unknown>;
  for (
    const [key, plain] of [["peft_type", "LORA"], ["use_dora", false], ["use_rslora", false], ["bias", "none"]] as const
  ) {
    if (json[key] !== undefined && json[key] !== plain) {
      throw new WeightsError(
        `Cannot load adapter ${file}: ${key} is ${JSON.stringify(json[key])}, wanted ${JSON.stringify(plain)}`,
      );
    }
  }
  return {
    rank: json.r as number,
    alpha: json.lora_alpha as number,
    dropout: json.lora_dropout as number,
    targets: json.target_modules as string[],
  };
}

/** Reads the tensors of a PEFT directory. */
export async function readPeftTensors(folder: string): Promise<PlainTensors> {
  const file = join(folder, "adapter_model.safetensors");
  return decodeSafetensors(await Deno.readFile(file), file);
}

/** Loads one adapter of a known layout from a PEFT directory. */
export async function loadAdapter(
  folder: string,
  config: BankConfig,
  table: Float32Array,
  tableModule: string,
): Promise<AdapterValues> {
  return fromPeft(config, await readPeftTensors(folder), table, tableModule, folder);
}
