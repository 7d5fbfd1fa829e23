/**
 * `lsat`: a long adapter that holds what people liked before, a short one for what they like now, and scores
 * alpha long + (1 - alpha) short (LSAT, arXiv 2312.15599, eq. 8; method.md 8).
 * @module
 */
import { type AdapterValues, type BankConfig, initialAdapter } from "../adapters/bank.ts";
import { stepsOf, type TrainingSet } from "../adapters/batches.ts";
import { bankScorer, blendedScorer } from "../adapters/scorer.ts";
import { type LossCurve, trainAdapters } from "../adapters/train.ts";
import { windowRows } from "../backbones/training_rows.ts";
import type { Slice, Windows } from "../data/types.ts";
import { ownOptions } from "../spec/method_types.ts";
import type { LoraSpec, MethodSpec } from "../spec/types.ts";
import {
  bankConfig,
  loadNamed,
  readState,
  type SavedState,
  saveNamed,
  targetItems,
  trainingSettings,
  unionOf,
  widenRows,
  writeState,
} from "./adapter_kit.ts";
import type { Adapted, Cost, Method, MethodContext } from "./types.ts";

/** One of the two adapters with its layout. */
interface Part {
  readonly bank: BankConfig;
  readonly adapter: AdapterValues;
}

interface LsatAdapted extends Adapted {
  readonly long: Part;
  readonly short: Part;
}

/** Of the short adapter `itemRows`. */
interface SavedLsat extends SavedState {
  readonly longRows: readonly number[];
}

/** What one of the two trains on. */
interface Task {
  readonly set: TrainingSet;
  /** Items whose rows it trains beside those it has. */
  readonly items: Int32Array;
  readonly training: LoraSpec["training"];
}

const LONG = "long", SHORT = "short";

function adapted(
  spec: MethodSpec,
  context: MethodContext,
  parts: Pick<LsatAdapted, "long" | "short">,
  cost: Cost,
  curves: readonly LossCurve[],
): LsatAdapted {
  const { alpha } = ownOptions("lsat", spec);
  const { long, short } = parts;
  const { constant, parameters } = context;
  // Shared rows (authors): one table, which the short adapter's training changed for both.
  const scoring = spec.lora.itemRows === "shared"
    ? { bank: short.bank, adapter: { lora: long.adapter.lora, rows: short.adapter.rows } }
    : long;
  const scorerOf = ({ bank, adapter }: Part, windows: Windows) =>
    bankScorer(constant.under(bank), parameters, bank, [adapter], windows, { first: new Int32Array(windows.count) });
  return {
    ...parts,
    cost,
    curves,
    scorer: (windows) =>
      Promise.resolve(blendedScorer([
        { scorer: scorerOf(scoring, windows), share: alpha },
        { scorer: scorerOf(short, windows), share: 1 - alpha },
      ])),
    save: async (folder) => {
      await saveNamed(folder, LONG, long.bank, long.adapter, context);
      await saveNamed(folder, SHORT, short.bank, short.adapter, context);
      const itemRows = [...short.bank.itemRows];
      await writeState<SavedLsat>(folder, { itemRows, longRows: [...long.bank.itemRows], cost, curves });
    },
  };
}

/**
 * Both adapters start from zero: from the same A, since they never meet but in their scores, with shuffles and dropout of their own.
 *
 * Over a list of F slices both go on from their last state: the long one on the slice before, which has become history, for `longEpochs`, the
 * short one on the new slice for `shortEpochs`.
 *
 * Item rows: each adapter trains those of the targets of the F slices it trains on. So the short one has those of F, and the long one none while it
 * trains on S, whose items the backbone has learnt. With `itemRows: "shared"`, the authors' way, the long one never trains any, and the short
 * one's count for its scores too.
 *
 * (The authors' program scores this method with dropout still on, alone of all, and with the context's last item among what it may recommend: both
 * cost it hits. Here it is scored as every method is.)
 *
 * Under a budget the share of steps that the yardstick's rows of S make is the long adapter's, the rest the short one's.
 */
export const lsat = (spec: MethodSpec): Method => {
  const { longEpochs, shortEpochs } = ownOptions("lsat", spec);
  return {
    kind: "lsat",
    settings: { lora: spec.lora, own: spec.own },
    editsRegions: false,
    async adapt(previous, slice, context) {
      const before = previous as LsatAdapted | undefined;
      const { budget } = context;
      const longSteps = budget === undefined ? undefined : Math.round(budget.steps * budget.setupShare);
      const history = before === undefined ? setupTask(spec, slice, context) : sliceBefore(spec, slice, context);
      const longTask = limited({ ...history, training: { ...history.training, epochs: longEpochs } }, longSteps);
      const long = await train(spec, context, before?.long, longTask, `${spec.label}: long`);
      const shortTask = limited({
        set: { purpose: `lsat short ${slice.name}`, windows: slice.windows },
        items: targetItems(slice),
        training: { ...spec.lora.training, epochs: shortEpochs },
      }, budget && budget.steps - longSteps!);
      const short = await train(spec, context, before?.short, shortTask, `${spec.label}: short`);
      const cost = {
        steps: long.steps + short.steps,
        finetuneRows: long.rows - long.setupRows + short.rows,
        setupRows: long.setupRows,
        parameters: sizeOf(long.adapter) + sizeOf(short.adapter),
      };
      return adapted(spec, context, { long, short }, cost, [...long.curves, ...short.curves]);
    },
    async load(folder, context) {
      const { itemRows, longRows, cost, curves } = await readState<SavedLsat>(folder);
      const read = async (name: string, rows: readonly number[]): Promise<Part> => {
        const bank = bankConfig(spec.lora, context, Int32Array.from(rows));
        return { bank, adapter: await loadNamed(folder, name, bank, context) };
      };
      const parts = { long: await read(LONG, longRows), short: await read(SHORT, itemRows) };
      return adapted(spec, context, parts, cost, curves);
    },
    // The long adapter's steps come on top: how many rows it has is known with the data alone.
    estimate: ({ windows }) => ({
      steps: stepsOf(windows, { ...spec.lora.training, epochs: shortEpochs }),
      exact: false,
    }),
  };
};

const sizeOf = ({ lora, rows }: AdapterValues): number => lora.length + rows.length;

/** S: its windows, or what the backbone trained on with the loss at every position. */
function setupTask(spec: MethodSpec, slice: Slice, context: MethodContext): Task {
  const own = ownOptions("lsat", spec).rows === "backbone";
  const rows = own ? context.setupRows() : windowRows(context.data.setup.windows);
  return {
    set: { purpose: longPurpose(slice), ...rows, setupRows: rows.windows.count },
    items: new Int32Array(0),
    training: own ? { ...spec.lora.training, positions: "all" } : spec.lora.training,
  };
}

/** The F slice before the given one. */
function sliceBefore(spec: MethodSpec, slice: Slice, { data: { finetune } }: MethodContext): Task {
  const history = finetune[finetune.findIndex(({ name }) => name === slice.name) - 1]!;
  return {
    set: { purpose: longPurpose(slice), windows: history.windows },
    items: spec.lora.itemRows === "shared" ? new Int32Array(0) : targetItems(history),
    training: spec.lora.training,
  };
}

const longPurpose = ({ name }: Slice): string => `lsat long ${name}`;

const limited = (task: Task, steps: number | undefined): Task =>
  steps === undefined ? task : { ...task, set: { ...task.set, steps } };

/** Trains one of the two, from zero or from where it was. */
async function train(
  spec: MethodSpec,
  context: MethodContext,
  before: Part | undefined,
  { set, items, training }: Task,
  what: string,
) {
  const bank = bankConfig(spec.lora, context, before === undefined ? items : unionOf(before.bank.itemRows, items));
  const start = before === undefined
    ? initialAdapter(bank, context.seed)
    : widenRows(before.adapter, before.bank, bank);
  const settings = trainingSettings({ ...spec.lora, training }, bank, context, what);
  const { adapters, curves, ...cost } = await trainAdapters(settings, [set], [start]);
  // A budget may leave one of the two no step at all.
  return { bank, adapter: adapters[0]!, curves: curves.filter(({ steps }) => steps.length > 0), ...cost };
}
