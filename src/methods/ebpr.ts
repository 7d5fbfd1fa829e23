/**
 * `ebpr`: pointwise editing of item embeddings (E-BPR, arXiv 2406.04553; method.md 8). For pairs of a sequence and an item wrongly recommended to
 * it, mean of -log sigmoid(s_negative - s_wrong) over pairs and drawn negatives.
 * @module
 */
import { join } from "node:path";
import { type AdapterValues, type BankConfig, rowWidth } from "../adapters/bank.ts";
import { requireTensors } from "../adapters/required_tensors.ts";
import { encodeSafetensors, readSafetensors } from "../adapters/safetensors.ts";
import { bankScorer } from "../adapters/scorer.ts";
import { type LossCurve, trainAdapters } from "../adapters/train.ts";
import type { Term } from "../adapters/train_step.ts";
import { candidateScores } from "../backbones/losses.ts";
import { allRows, copiedRows } from "../data/rows.ts";
import type { Slice, Windows } from "../data/types.ts";
import { targetOf } from "../data/window_rows.ts";
import { softplus } from "../engine/nn/softplus.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { ownOptions } from "../spec/method_types.ts";
import type { LoraSpec, MethodSpec } from "../spec/types.ts";
import { bankConfig, readState, type SavedState, trainingSettings, writeState } from "./adapter_kit.ts";
import { MethodError } from "./method_error.ts";
import type { Adapted, Cost, Method, MethodContext } from "./types.ts";

const ROWS = "item_rows.safetensors";

interface EbprAdapted extends Adapted {
  /** [items, width] */
  readonly rows: Float32Array;
}

/**
 * The editing loss: weighted sum over pairs of the mean of -log sigmoid(s_negative - s_wrong), a scalar.
 *
 * @param scores [pairs, 1 + negatives], the wrong item's first.
 * @param weights [pairs], summing to 1.
 */
export function editingLoss(scores: Tensor, weights: Tensor): Tensor {
  const [pairs, each] = scores.shape as [number, number];
  const wrong = tf.slice(scores, [0, 0], [pairs, 1]);
  const negative = tf.slice(scores, [0, 1], [pairs, each - 1]);
  return tf.sum(tf.mul(tf.mean(softplus(tf.sub(wrong, negative)), 1), weights));
}

/** Takes the whole loss's place: rows of the training have the wrong item where others have their target. */
const EDITING: Term = {
  key: "ebpr",
  over: "rows",
  inputs: () => ({}),
  loss: ({ student }) => editingLoss(candidateScores(student), student.weights),
};

/**
 * Windows whose first recommendation is not their target, with that recommendation in the target's place.
 *
 * @throws {MethodError} when there is none.
 */
async function minePairs(mine: "finetune" | "evaluated", slice: Slice, { data, top }: MethodContext): Promise<Windows> {
  const { name, windows } = mine === "finetune" ? slice : data.test;
  const first = await top(windows, 1);
  // A context that holds the whole catalogue leaves nothing to recommend: item 0.
  const wrong = (row: number) => first[row] !== 0 && first[row] !== targetOf(windows, row);
  const rows = allRows(windows.count).filter(wrong);
  if (rows.length === 0) {
    throw new MethodError(
      `Cannot mine pairs from ${name}: found ${windows.count} windows, each with its target recommended first, wanted one without`,
    );
  }
  const pairs = copiedRows([{ windows, rows }]);
  rows.forEach((row, pair) => pairs.pool.items[pairs.starts[pair]! + pairs.context] = first[row]!);
  return pairs;
}

/** Rows for the whole catalogue, and no low-rank terms. */
function catalogueRows(lora: LoraSpec, context: MethodContext): BankConfig {
  const items = Int32Array.from({ length: context.backbone.items }, (_, index) => index + 1);
  return { ...bankConfig({ ...lora, dropout: 0, itemRows: "finetune-targets" }, context, items), projections: [] };
}

/** Nothing beside item rows; one number, since a tensor has to have some. */
const withRows = (rows: Float32Array): AdapterValues => ({ lora: new Float32Array(1), rows });

function adapted(
  bank: BankConfig,
  context: MethodContext,
  rows: Float32Array,
  cost: Cost,
  curves: readonly LossCurve[],
): EbprAdapted {
  const width = rowWidth(bank);
  return {
    rows,
    cost,
    curves,
    scorer: (windows) =>
      Promise.resolve(
        bankScorer(context.backbone, context.parameters, bank, [withRows(rows)], windows, {
          first: new Int32Array(windows.count),
        }),
      ),
    save: async (folder) => {
      const moved = movedItems(rows, width);
      const values = new Float32Array(moved.length * width);
      moved.forEach((item, index) => values.set(rows.subarray((item - 1) * width, item * width), index * width));
      await Deno.writeFile(join(folder, ROWS), encodeSafetensors({ delta: { shape: [moved.length, width], values } }));
      await writeState<SavedState>(folder, { itemRows: moved, cost, curves });
    },
  };
}

/** Items whose rows differ from the shared table's, ascending. */
function movedItems(rows: Float32Array, width: number): number[] {
  const items = Array.from({ length: rows.length / width }, (_, index) => index + 1);
  return items.filter((item) => rows.subarray((item - 1) * width, item * width).some((value) => value !== 0));
}

/**
 * Differences to the shared item table, trained for a fixed number of AdamW steps without decay, gradients clipped at norm 1 (authors). All items
 * have one, but only those of the pairs, their contexts and the negatives drawn for them ever move, and only those are kept. They count where a
 * sequence is read as well as where items are scored.
 *
 * Pairs are mined with the frozen backbone, from F alone; over a list of F slices, from each in turn, and training goes on from the method's own
 * rows. `mine: "evaluated"` is what the authors do: from T, with its answers. (They take two wrong items of the first ten for each sequence, with
 * the context's items among them; this takes what is recommended first.) Negatives are drawn outside the context and never are the wrong item.
 */
export const ebpr = (spec: MethodSpec): Method => {
  const { mine, steps, learningRate, batch, negatives } = ownOptions("ebpr", spec);
  return {
    kind: "ebpr",
    settings: { own: spec.own },
    editsRegions: false,
    async adapt(previous, slice, context) {
      const pairs = await minePairs(mine, slice, context);
      const bank = catalogueRows(spec.lora, context);
      const before = (previous as EbprAdapted | undefined)?.rows;
      const start = withRows(before ?? new Float32Array(bank.itemRows.length * rowWidth(bank)));
      const set = { purpose: `ebpr ${slice.name}`, windows: pairs, steps: context.budget?.steps ?? steps };
      const trained = await trainAdapters(
        {
          ...trainingSettings(
            {
              ...spec.lora,
              anchor: 0,
              itemRate: 1,
              training: {
                loss: { kind: "bce", negatives },
                epochs: 1,
                batch: Math.min(batch, pairs.count),
                learningRate,
                weightDecay: 0,
                clip: 1,
                warmup: 0,
                positions: "last",
              },
            },
            bank,
            context,
            spec.label,
          ),
          lossWeight: 0,
          terms: [EDITING],
        },
        [set],
        [start],
      );
      const { rows } = trained.adapters[0]!;
      const cost = {
        steps: trained.steps,
        finetuneRows: trained.rows,
        setupRows: 0,
        parameters: movedItems(rows, rowWidth(bank)).length * rowWidth(bank),
      };
      return adapted(bank, context, rows, cost, trained.curves);
    },
    async load(folder, context) {
      const bank = catalogueRows(spec.lora, context);
      const { itemRows, cost, curves } = await readState<SavedState>(folder);
      const path = join(folder, ROWS);
      const tensors = await readSafetensors(path);
      requireTensors(tensors, { delta: [itemRows.length, rowWidth(bank)] }, path);
      const rows = new Float32Array(bank.itemRows.length * rowWidth(bank));
      itemRows.forEach((item, index) =>
        rows.set(
          (tensors.delta!.values as Float32Array).subarray(index * rowWidth(bank), (index + 1) * rowWidth(bank)),
          (item - 1) * rowWidth(bank),
        )
      );
      return adapted(bank, context, rows, cost, curves);
    },
    estimate: () => ({ steps, exact: true }),
  };
};
