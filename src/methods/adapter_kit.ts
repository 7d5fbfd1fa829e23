/**
 * What every method that trains LoRA adapters shares: the bank's layout from the spec, training settings, saving and loading.
 * @module
 */
import { join } from "node:path";
import { type AdapterValues, type BankConfig, rowWidth, selectProjections } from "../adapters/bank.ts";
import { loadAdapter, saveAdapter } from "../adapters/peft.ts";
import { inSomeLayers } from "../adapters/peft_config.ts";
import { rowTables, tableLayout } from "../adapters/row_tables.ts";
import type { TrainingSet } from "../adapters/batches.ts";
import type { AdapterTraining, LossCurve } from "../adapters/train.ts";
import { allRows, joinRows } from "../data/rows.ts";
import type { Slice, Windows } from "../data/types.ts";
import { targetOf } from "../data/window_rows.ts";
import { stream } from "../engine/random.ts";
import type { LoraSpec } from "../spec/types.ts";
import type { Cost, MethodContext } from "./types.ts";

/** Catalogue indices of the windows' targets, ascending: the items whose rows an adapter trains (method.md 4). */
export function targetItems({ windows }: Slice): Int32Array {
  const targets = new Set<number>();
  for (let row = 0; row < windows.count; row++) targets.add(targetOf(windows, row));
  return Int32Array.from(targets).sort();
}

/** The layout of a method's adapters. `itemRows` is ignored when the spec trains none. */
export function bankConfig(lora: LoraSpec, context: MethodContext, itemRows: Int32Array): BankConfig {
  const { projections } = context.backbone;
  const chosen = selectProjections(projections, lora.targets);
  return {
    rank: lora.rank,
    alpha: lora.alpha,
    dropout: lora.dropout,
    init: lora.init,
    projections: chosen,
    ...(inSomeLayers(projections, chosen) && { someLayers: true }),
    ...tableLayout(context.backbone),
    itemRows: lora.itemRows === "none" ? new Int32Array(0) : itemRows,
  };
}

/**
 * The rows a method adapts to: F's windows. Under a budget (method.md 7) windows of S beside them, drawn once from all that regions may replay, as
 * many as make their share the yardstick's, and as many steps as the yardstick took.
 */
export function finetuneSet(kind: string, slice: Slice, { budget, data, seed }: MethodContext): TrainingSet {
  const purpose = `${kind} ${slice.name}`;
  const { windows } = slice;
  if (budget === undefined) return { purpose, windows };
  const rows = setupSample(windows.count * budget.setupShare / (1 - budget.setupShare), purpose, data.setupDense, seed);
  return {
    purpose,
    windows: joinRows([{ windows, rows: allRows(windows.count) }, { windows: data.setupDense, rows }]),
    setupRows: rows.length,
    steps: budget.steps,
  };
}

/** `count` windows of S without replacement, ascending; all of them where there are no more. */
export function setupSample(count: number, purpose: string, setup: Windows, seed: number): Int32Array {
  const rows = allRows(setup.count);
  stream(seed, `replay ${purpose}`).shuffle(rows);
  return rows.slice(0, Math.round(count)).sort();
}

/** Settings of one training from the spec's `lora`; `what` names it in progress. */
export function trainingSettings(
  lora: LoraSpec,
  bank: BankConfig,
  context: MethodContext,
  what: string,
): AdapterTraining {
  return {
    engine: context.engine,
    backbone: context.constant.under(bank),
    parameters: context.parameters,
    bank,
    training: lora.training,
    positions: lora.training.positions,
    itemRate: lora.itemRate,
    anchor: lora.anchor,
    backboneDropout: context.backboneDropout,
    accumulation: context.accumulation,
    held: context.held,
    steps: context.steps,
    seed: context.seed,
    checkpoints: context.checkpoints,
    onStep: (done, total, loss) => context.progress(what, done, total, loss),
  };
}

/** The union of two ascending lists. */
export function unionOf(a: Int32Array, b: Int32Array): Int32Array {
  return Int32Array.from(new Set([...a, ...b])).sort();
}

/** Carries an adapter over to a layout with more item rows; rows that are new start at zero difference to the shared table. */
export function widenRows(adapter: AdapterValues, from: BankConfig, to: BankConfig): AdapterValues {
  const width = rowWidth(to);
  const rows = new Float32Array(to.itemRows.length * width);
  const place = new Map(Array.from(to.itemRows, (item, index) => [item, index]));
  from.itemRows.forEach((item, index) => {
    rows.set(adapter.rows.subarray(index * width, (index + 1) * width), place.get(item)! * width);
  });
  return { lora: adapter.lora, rows };
}

/** What every method saves beside the numbers it trained. */
export interface SavedCost {
  /** Of the slice that made the state. */
  readonly cost: Cost;
  /** Of the slice that made the state. */
  readonly curves: readonly LossCurve[];
}

/** A method's saved state beside its adapters. */
export interface SavedState extends SavedCost {
  /** Catalogue indices, ascending: the layout of the saved adapters. */
  readonly itemRows: readonly number[];
}

const STATE = "method.json";

/** Writes adapters as PEFT directories under `folder`, by name, and the rest as method.json. */
export async function saveState<T extends SavedState>(
  folder: string,
  bank: BankConfig,
  adapters: ReadonlyMap<string, AdapterValues>,
  context: MethodContext,
  state: T,
): Promise<void> {
  for (const [name, adapter] of adapters) await saveNamed(folder, name, bank, adapter, context);
  await writeState<T>(folder, state);
}

/** Writes one named adapter of a state. */
export async function saveNamed(
  folder: string,
  name: string,
  bank: BankConfig,
  adapter: AdapterValues,
  context: MethodContext,
): Promise<void> {
  await saveAdapter(
    join(folder, name),
    bank,
    adapter,
    await rowTables(context.backbone, context.values),
    context.backbone.peftTask,
  );
}

/** Writes method.json of a saved state. */
export function writeState<T extends SavedCost>(folder: string, state: T): Promise<void> {
  return Deno.writeTextFile(join(folder, STATE), JSON.stringify(state));
}

/** Reads method.json of a saved state. */
export async function readState<T extends SavedCost>(folder: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(join(folder, STATE))) as T;
}

/** Loads one named adapter of a saved state. */
export async function loadNamed(
  folder: string,
  name: string,
  bank: BankConfig,
  context: MethodContext,
): Promise<AdapterValues> {
  return await loadAdapter(join(folder, name), bank, await rowTables(context.backbone, context.values));
}
