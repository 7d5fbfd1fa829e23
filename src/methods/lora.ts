/**
 * `lora`: one adapter trained on F (LoRA, arXiv 2106.09685; method.md 4 and 8).
 * @module
 */
import { type AdapterValues, type BankConfig, initialAdapter } from "../adapters/bank.ts";
import { bankScorer } from "../adapters/scorer.ts";
import { type LossCurve, stepsOf, trainAdapters } from "../adapters/train.ts";
import type { MethodSpec } from "../spec/types.ts";
import {
  bankConfig,
  loadNamed,
  readState,
  type SavedState,
  saveState,
  targetItems,
  trainingSettings,
  unionOf,
  widenRows,
} from "./adapter_kit.ts";
import type { Adapted, Cost, Method, MethodContext } from "./types.ts";

const ADAPTER = "adapter";

interface LoraAdapted extends Adapted {
  readonly bank: BankConfig;
  readonly adapter: AdapterValues;
}

function adapted(
  context: MethodContext,
  bank: BankConfig,
  adapter: AdapterValues,
  cost: Cost,
  curves: readonly LossCurve[],
): LoraAdapted {
  return {
    bank,
    adapter,
    cost,
    curves,
    scorer: (windows) =>
      Promise.resolve(
        bankScorer(context.backbone, context.parameters, bank, [adapter], windows, {
          first: new Int32Array(windows.count),
        }),
      ),
    save: (folder) =>
      saveState<SavedState>(folder, bank, new Map([[ADAPTER, adapter]]), context, {
        itemRows: [...bank.itemRows],
        cost,
        curves,
      }),
  };
}

/** One adapter on F. Over a list of F slices the same adapter trains on. */
export const lora = (spec: MethodSpec): Method => ({
  kind: "lora",
  settings: spec.lora,
  editsRegions: false,
  async adapt(previous, slice, context) {
    const before = previous as LoraAdapted | undefined;
    const rows = targetItems(slice);
    const bank = bankConfig(spec.lora, context, before === undefined ? rows : unionOf(before.bank.itemRows, rows));
    const start = before === undefined
      ? initialAdapter(bank, context.seed)
      : widenRows(before.adapter, before.bank, bank);
    const set = { purpose: `lora ${slice.name}`, windows: slice.windows };
    const trained = await trainAdapters(trainingSettings(spec.lora, bank, context, spec.label), [set], [start]);
    const [adapter] = trained.adapters;
    const cost = {
      steps: trained.steps,
      finetuneRows: trained.rows,
      setupRows: 0,
      parameters: adapter!.lora.length + adapter!.rows.length,
    };
    return adapted(context, bank, adapter!, cost, trained.curves);
  },
  async load(folder, context) {
    const { itemRows, cost, curves } = await readState<SavedState>(folder);
    const bank = bankConfig(spec.lora, context, Int32Array.from(itemRows));
    return adapted(context, bank, await loadNamed(folder, ADAPTER, bank, context), cost, curves);
  },
  estimate: ({ windows }) => ({ steps: stepsOf(windows, spec.lora.training), exact: true }),
});
