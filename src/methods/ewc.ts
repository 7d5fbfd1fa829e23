/**
 * `ewc`: lora whose numbers are held where they were, each as strongly as what was learnt before depends on it (elastic weight consolidation,
 * Kirkpatrick et al., 1612.00796, eq. 3; method.md 8).
 *
 * Each step lowers L_F + lambda sum F_i (theta_i - theta0_i)^2, theta0 the adapter at the slice's start and F_i the Fisher information of S, and of
 * the F slices before this one, at theta0. On the first slice theta0 is a fresh adapter: its B is zero, so A moves no score, its gradient and its
 * Fisher information are zero, and B and the item rows alone are held.
 * @module
 */
import type { TrainingSet } from "../adapters/batches.ts";
import { fisherInformation } from "../adapters/fisher.ts";
import { joinRows } from "../data/rows.ts";
import type { Slice, SlicedData, Windows } from "../data/types.ts";
import { stream } from "../engine/random.ts";
import { type OwnOptions, ownOptions } from "../spec/method_types.ts";
import type { MethodSpec } from "../spec/types.ts";
import { pullTerm } from "./pull.ts";
import { type Addition, singleAdapter, type SingleTask } from "./single_adapter.ts";
import type { Method } from "./types.ts";

/**
 * One adapter on F with EWC's penalty. With lambda 0 it is lora. The S windows its Fisher information is computed on count among the rows of S it
 * sees.
 */
export const ewc = (spec: MethodSpec): Method => {
  const own = ownOptions("ewc", spec);
  return singleAdapter(spec, { kind: "ewc", own, add: (task) => consolidated(own, spec.label, task) });
};

async function consolidated(
  { lambda, samples }: OwnOptions["ewc"],
  label: string,
  { slice, context, settings, start, set }: SingleTask,
): Promise<Addition> {
  if (lambda === 0) return {};
  const sample = learntBefore(context.data, slice, samples, `fisher ${set.purpose}`, context.seed);
  const information = await fisherInformation(
    { ...settings, onWindows: (done, total) => context.progress(`${label}: Fisher information`, done, total) },
    start,
    sample,
  );
  return { terms: [pullTerm("ewc", lambda, start, information)], setupRows: sample.setupRows };
}

/** `samples` windows of S and of the F slices before this one, without replacement; all of them where there are fewer. Those of S come last. */
function learntBefore(
  { setup, finetune }: SlicedData,
  slice: Slice,
  samples: number,
  purpose: string,
  seed: number,
): TrainingSet & { readonly setupRows: number } {
  const before = finetune.slice(0, finetune.findIndex(({ name }) => name === slice.name));
  const sources: Windows[] = [...before, setup].map(({ windows }) => windows);
  const total = sources.reduce((sum, { count }) => sum + count, 0);
  const chosen = stream(seed, purpose).sample(Math.min(samples, total), total).sort();
  let from = 0;
  const parts = sources.map((windows) => {
    const rows = chosen.filter((row) => row >= from && row < from + windows.count).map((row) => row - from);
    from += windows.count;
    return { windows, rows };
  });
  return { purpose, windows: joinRows(parts), setupRows: parts.at(-1)!.rows.length };
}
