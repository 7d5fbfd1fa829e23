/**
 * What methods that train one adapter on F share: `lora` itself, and those that add something to its loss (method.md 8).
 * @module
 */
import { type AdapterValues, type BankConfig, initialAdapter } from "../adapters/bank.ts";
import { stepsOf, type TrainingSet } from "../adapters/batches.ts";
import { bankScorer } from "../adapters/scorer.ts";
import { type AdapterTraining, type LossCurve, trainAdapters } from "../adapters/train.ts";
import type { Slice } from "../data/types.ts";
import type { MethodSpec } from "../spec/types.ts";
import {
  bankConfig,
  finetuneSet,
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

/** What a method knows when it says what it adds on a slice. */
export interface SingleTask {
  /** The F slice. */
  readonly slice: Slice;
  /** What it may use. */
  readonly context: MethodContext;
  /** Layout of the adapter. */
  readonly bank: BankConfig;
  /** The adapter's numbers before the slice, in that layout. */
  readonly start: AdapterValues;
  /** lora's training on the slice, as it is without the method. */
  readonly settings: AdapterTraining;
  /** What lora would train on. */
  readonly set: TrainingSet;
}

/** What a method changes of lora's training; everything left out stays lora's. */
export interface Addition extends Partial<Pick<AdapterTraining, "lossWeight" | "terms" | "training">> {
  readonly set?: TrainingSet;
  /** Rows of S its terms see over all steps. */
  readonly setupRows?: number;
}

/** How a method with one adapter differs from lora. */
export interface SingleMethod {
  /** As in the spec. */
  readonly kind: string;
  /** Options of its own: with the adapter's settings what its results depend on. Left out: none. */
  readonly own?: unknown;
  /** What it adds on a slice; left out: nothing. */
  add?(task: SingleTask): Promise<Addition> | Addition;
}

/** A state with one adapter. */
export interface SingleAdapted extends Adapted {
  /** Its layout. */
  readonly bank: BankConfig;
  /** Its numbers. */
  readonly adapter: AdapterValues;
}

function adapted(
  context: MethodContext,
  bank: BankConfig,
  adapter: AdapterValues,
  cost: Cost,
  curves: readonly LossCurve[],
): SingleAdapted {
  return {
    bank,
    adapter,
    cost,
    curves,
    scorer: (windows) =>
      Promise.resolve(
        bankScorer(context.constant.under(bank), context.parameters, bank, [adapter], windows, {
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
export const singleAdapter = (spec: MethodSpec, { kind, own, add }: SingleMethod): Method => ({
  kind,
  settings: own === undefined ? spec.lora : { lora: spec.lora, own },
  editsRegions: false,
  async adapt(previous, slice, context) {
    const before = previous as SingleAdapted | undefined;
    const targets = targetItems(slice);
    const items = before === undefined ? targets : unionOf(before.bank.itemRows, targets);
    const bank = bankConfig(spec.lora, context, items);
    const start = before === undefined
      ? initialAdapter(bank, context.seed)
      : widenRows(before.adapter, before.bank, bank);
    const settings = trainingSettings(spec.lora, bank, context, spec.label);
    // Methods with one adapter draw what lora draws, so that they differ from it by what they add alone.
    const { purpose: draws, ...rows } = finetuneSet("lora", slice, context);
    const set = { ...rows, purpose: `${kind} ${slice.name}`, draws };
    const { setupRows = 0, set: ownSet = set, ...changed } =
      await add?.({ slice, context, bank, start, settings, set }) ?? {};
    const trained = await trainAdapters({ ...settings, ...changed }, [ownSet], [start]);
    const [adapter] = trained.adapters;
    const cost = {
      steps: trained.steps,
      finetuneRows: trained.rows - trained.setupRows,
      setupRows: trained.setupRows + setupRows,
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
