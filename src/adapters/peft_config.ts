/**
 * A PEFT directory's `adapter_config.json`: the settings without which its tensors mean nothing.
 * @module
 */
import { join } from "node:path";
import type { Projection } from "../backbones/types.ts";
import type { BankConfig } from "./bank.ts";
import { readBounded } from "./read_bounded.ts";
import { strictJson } from "./strict_json.ts";
import { WeightsError } from "./weights_error.ts";

/** Settings of a PEFT directory that change what an adapter computes. */
export interface PeftSettings {
  /** r. */
  readonly rank: number;
  /** The low-rank term is scaled by alpha / rank. */
  readonly alpha: number;
  /** In [0, 1); of use only to train further. */
  readonly dropout: number;
  /** Ends of the adapted projections' names, or whole names. */
  readonly targets: readonly string[];
  /** Rows of tables that are trained, by module; empty: none. */
  readonly rows: Readonly<Record<string, readonly number[]>>;
}

const FILE = "adapter_config.json";
const FILE_LIMIT = 16e6;

/** Fields that tell where an adapter comes from or how it was started; what it computes does not depend on them. */
const OF_NO_EFFECT = [
  "auto_mapping",
  "base_model_name_or_path",
  "inference_mode",
  "megatron_core",
  "peft_version",
  "qalora_group_size",
  "revision",
  "runtime_config",
  "task_type",
];

/** Fields read here, and what must hold of each. */
const READ: Readonly<Record<string, { readonly wanted: string; readonly fits: (value: unknown) => boolean }>> = {
  peft_type: { wanted: '"LORA"', fits: (value) => value === "LORA" },
  r: { wanted: "a whole number above 0", fits: (value) => Number.isSafeInteger(value) && Number(value) > 0 },
  lora_alpha: { wanted: "a number above 0", fits: (value) => isNumber(value) && value > 0 },
  lora_dropout: { wanted: "a number in [0, 1)", fits: (value) => isNumber(value) && value >= 0 && value < 1 },
  target_modules: { wanted: "a list of names", fits: isNames },
};

/** The same for fields that may be left out. */
const MAY_LACK: typeof READ = {
  bias: { wanted: '"none"', fits: (value) => value === "none" },
  // Other ways of starting change the frozen weights too.
  init_lora_weights: {
    wanted: 'true, false or "gaussian"',
    fits: (value) => [true, false, "gaussian"].includes(value as never),
  },
  trainable_token_indices: { wanted: "null or rows by module", fits: (value) => value === null || isRows(value) },
};

/** What PEFT takes the adapted model for; what an adapter computes does not depend on it. */
export type PeftTask = "FEATURE_EXTRACTION" | "CAUSAL_LM";

/** PEFT's configuration of an adapter whose item rows are rows of the modules `tables`. */
export function peftConfig(
  config: BankConfig,
  tables: readonly string[],
  task: PeftTask = "FEATURE_EXTRACTION",
): Record<string, unknown> {
  return {
    peft_type: "LORA",
    task_type: task,
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
    target_modules: targetsOf(config),
    modules_to_save: null,
    trainable_token_indices: config.itemRows.length === 0 ? null : rowsOf(config, tables),
  };
}

/**
 * Reads `adapter_config.json`. A field that is not known here must be switched off (null, false, empty): it could change what the adapter
 * computes.
 *
 * @throws {WeightsError} naming the field, for an adapter of another kind than plain LoRA or settings that cannot be.
 */
export async function readPeftSettings(folder: string): Promise<PeftSettings> {
  const file = join(folder, FILE);
  const json = configObject(await readBounded(file, FILE_LIMIT), file);
  for (const [field, { wanted, fits }] of Object.entries({ ...READ, ...MAY_LACK })) {
    if (!Object.hasOwn(json, field) && Object.hasOwn(MAY_LACK, field)) continue;
    if (!fits(json[field])) throw refusal(file, `${field} is ${shown(json[field])}, wanted ${wanted}`);
  }
  for (const [field, value] of Object.entries(json)) {
    if (Object.hasOwn(READ, field) || Object.hasOwn(MAY_LACK, field) || OF_NO_EFFECT.includes(field)) continue;
    if (!isOff(value)) throw refusal(file, `${field} is ${shown(value)}, wanted it off: plain LoRA alone is read`);
  }
  return {
    rank: json.r as number,
    alpha: json.lora_alpha as number,
    dropout: json.lora_dropout as number,
    targets: json.target_modules as string[],
    rows: (json.trainable_token_indices ?? {}) as PeftSettings["rows"],
  };
}

/** Refuses settings under which tensors of a bank's layout would compute something else. @throws {WeightsError} naming the field. */
export function requireSettings(
  settings: PeftSettings,
  config: BankConfig,
  tables: readonly string[],
  folder: string,
): void {
  const rows = config.itemRows.length === 0 ? {} : rowsOf(config, tables);
  const wanted = [
    ["r", settings.rank, config.rank],
    ["lora_alpha", settings.alpha, config.alpha],
    ["target_modules", [...settings.targets].sort(), targetsOf(config)],
    ["trainable_token_indices", settings.rows, rows],
  ] as const;
  for (const [field, found, value] of wanted) {
    if (JSON.stringify(found) === JSON.stringify(value)) continue;
    throw refusal(join(folder, FILE), `${field} is ${shown(found)}, wanted ${shown(value)}`);
  }
}

/**
 * Ends of the adapted projections' names, behind the layer's number, each once, in alphabetical order; whole names where only some layers are adapted,
 * since PEFT adapts whatever ends so.
 */
function targetsOf({ projections, someLayers }: BankConfig): string[] {
  const names = projections.map(({ name }) => name);
  return [...new Set(someLayers ? names : names.map(endOf))].sort();
}

/** A projection's name without its layer. */
const endOf = (name: string): string => name.replace(/^.*?\.\d+\./, "");

/** Whether a backbone's other layers have projections of the same names as the chosen ones. */
export function inSomeLayers(all: readonly Projection[], chosen: readonly Projection[]): boolean {
  const names = new Set(chosen.map(({ name }) => name));
  const ends = new Set([...names].map(endOf));
  return all.some(({ name }) => ends.has(endOf(name)) && !names.has(name));
}

/** Rows of the tables themselves, special tokens counted, by module. */
function rowsOf({ itemRows, itemOffset = 0 }: BankConfig, tables: readonly string[]): Record<string, number[]> {
  const rows = Array.from(itemRows, (item) => item + itemOffset);
  return Object.fromEntries(tables.map((module) => [module, rows]));
}

function configObject(bytes: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = strictJson(bytes);
  } catch (cause) {
    throw cause instanceof SyntaxError ? refusal(file, `it ${cause.message}`, cause) : cause;
  }
  if (!isRecord(json)) throw refusal(file, "it is not a JSON object");
  return json;
}

function refusal(file: string, why: string, cause?: unknown): WeightsError {
  return new WeightsError(`Cannot load adapter ${file}: ${why}`, cause === undefined ? undefined : { cause });
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "");
}

function isRows(value: unknown): boolean {
  const isRow = (row: unknown) => Number.isSafeInteger(row) && Number(row) >= 0;
  return isRecord(value) && Object.values(value).every((rows) => Array.isArray(rows) && rows.every(isRow));
}

function isOff(value: unknown): boolean {
  return value === null || value === false || (typeof value === "object" && Object.keys(value).length === 0);
}

/** A value for a message, cut to a readable length. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
