/**
 * Everything measured on one slice.
 * @module
 */
import type { EvaluationSpec } from "../spec/types.ts";
import { coverage } from "./coverage.ts";
import { measuresFromRanks, type MeasureValues } from "./measures.ts";
import { ranksOf, type WindowRanks } from "./rank.ts";

/** Counts and recommended lists of a slice's windows. */
export type SliceCounts = Pick<WindowRanks, "greater" | "equal"> & {
  /** [windows, length], best first; 0 where fewer items are left. */
  readonly top: Int32Array;
};

/**
 * Recall@k, NDCG@k, coverage@k for every cut-off, and MRR: means over windows. NaN without windows.
 *
 * @param counts `top` must hold lists as long as the largest cut-off
 * @param items size of the catalogue
 * @throws RangeError when sizes do not fit
 */
export function measuresOf(
  counts: SliceCounts,
  { cutoffs, ties }: Pick<EvaluationSpec, "cutoffs" | "ties">,
  items: number,
): MeasureValues {
  const windows = counts.greater.length;
  const length = windows === 0 ? 0 : counts.top.length / windows;
  const { MRR, ...atCutoffs } = measuresFromRanks(ranksOf(counts, ties), cutoffs);
  return {
    ...atCutoffs,
    MRR: MRR!,
    ...Object.fromEntries(
      cutoffs.map((k) => [`coverage@${k}`, windows === 0 ? NaN : coverage(counts.top, length, k, items)]),
    ),
  };
}
