/**
 * `replay`: lora with a batch of S beside every batch of F (experience replay, CLEAR, 1811.11682; RAIE, 2603.00638; method.md 8).
 *
 * Each step lowers (1 - ratio) L_F + ratio L_S, both by lora's own loss.
 * @module
 */
import { bankLayout } from "../adapters/bank.ts";
import { bankBatch, stepRows, totalSteps, type TrainingSet } from "../adapters/batches.ts";
import type { ExampleTensors } from "../adapters/train_step.ts";
import { negativesOf } from "../backbones/losses.ts";
import { tf } from "../engine/tfjs.ts";
import { type OwnOptions, ownOptions, type SetupRows } from "../spec/method_types.ts";
import type { MethodSpec } from "../spec/types.ts";
import { MethodError } from "./method_error.ts";
import { type Addition, singleAdapter, type SingleTask } from "./single_adapter.ts";
import type { Method, MethodContext } from "./types.ts";

/**
 * One adapter on F and S. With ratio 0 it is lora.
 *
 * `rows` "windows": S windows, with the loss where lora has it; "backbone": the backbone's own training rows, with the loss at every position and
 * negatives from where the backbone draws them (the authors' code). Under a budget a step's batch is divided between F and S in the yardstick's
 * share, instead of a batch of each.
 */
export const replay = (spec: MethodSpec): Method => {
  const own = ownOptions("replay", spec);
  return singleAdapter(spec, { kind: "replay", own, add: (task) => replayed(own, task) });
};

function replayed(
  { ratio, rows }: OwnOptions["replay"],
  { slice, context, bank, settings, set }: SingleTask,
): Addition {
  const { budget, seed } = context;
  if (ratio === 0 || budget?.setupShare === 0) return {};
  const batch = dividedBatch(settings.training.batch, slice.windows.count, budget?.setupShare);
  const training = { ...settings.training, batch: batch.finetune };
  const finetune = budget === undefined ? set : { ...set, windows: slice.windows, setupRows: 0 };
  const setup = { ...setupSet(rows, `${set.purpose} of S`, context), steps: totalSteps(finetune, training) };
  const positions = rows === "backbone" ? "all" : settings.positions;
  const batches = {
    backbone: settings.backbone,
    bank,
    layout: bankLayout(bank),
    batch: batch.setup,
    negatives: negativesOf(training.loss),
    positions,
    seed,
  };
  const beside = (step: number) => {
    const drawn = stepRows(seed, setup, batch.setup, step);
    if (budget === undefined) return drawn;
    // As many rows of S as those of F so far ask for: a short batch of F, the last of an epoch, has fewer beside it.
    const [before, after] = [step, step + 1].map((steps) =>
      Math.round(rowsIn(steps, slice.windows.count, batch.finetune) * budget.setupShare / (1 - budget.setupShare))
    ) as [number, number];
    return drawn.subarray(0, Math.max(1, after - before));
  };
  return {
    training,
    set: finetune,
    setupRows: Array.from({ length: totalSteps(finetune, training) }, (_, step) => beside(step).length)
      .reduce((sum, rows) => sum + rows, 0),
    lossWeight: 1 - ratio,
    terms: [{
      key: `replay ${ratio} ${positions}`,
      over: "rows",
      inputs: (step) => bankBatch(batches, [{ set: setup, rows: beside(step), step }]),
      loss: (view, inputs) => tf.mul(view.lossOn(inputs as ExampleTensors, positions), ratio),
    }],
  };
}

/**
 * Rows of F and of S in a step: a batch of each, or with a share of S one batch of both, with a row of each at least. Where the slice's windows do
 * not fill F's part of a batch, S's is smaller by as much.
 *
 * @param windows of F.
 * @param share of S in the rows seen, in (0, 1)
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { dividedBatch } from "./replay.ts";
 * assert.deepEqual(dividedBatch(256, 900), { finetune: 256, setup: 256 });
 * assert.deepEqual(dividedBatch(256, 900, 0.7), { finetune: 76, setup: 178 });
 * assert.deepEqual(dividedBatch(256, 30, 0.7), { finetune: 30, setup: 70 });
 * ```
 */
export function dividedBatch(
  batch: number,
  windows: number,
  share?: number,
): { readonly finetune: number; readonly setup: number } {
  if (share === undefined) return { finetune: batch, setup: batch };
  const filled = Math.max(1, Math.min(batch, Math.round(windows / (1 - share))));
  const finetune = Math.max(1, Math.floor(filled * (1 - share)));
  return { finetune, setup: Math.max(1, Math.ceil(finetune * share / (1 - share))) };
}

/** Rows of `count` that the first `steps` batches hold. */
function rowsIn(steps: number, count: number, batch: number): number {
  const perEpoch = Math.ceil(count / batch);
  return Math.floor(steps / perEpoch) * count + Math.min(count, (steps % perEpoch) * batch);
}

function setupSet(rows: SetupRows, purpose: string, { data, setupRows }: MethodContext): TrainingSet {
  const set = rows === "backbone" ? { purpose, ...setupRows() } : { purpose, windows: data.setup.windows };
  if (set.windows.count === 0) throw new MethodError("Cannot replay S: it holds no window, wanted at least one");
  return set;
}
