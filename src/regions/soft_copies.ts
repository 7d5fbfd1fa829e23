/**
 * Soft copies: sequences that train a second region as well.
 * @module
 */
import type { EditOptions } from "./edit_options.ts";
import type { EditResult } from "./edit_regions.ts";
import { decideAll } from "./gate.ts";
import type { UnitVectors } from "./types.ts";

/** Rows beside every sequence's own region, in row order. */
export interface SoftCopies {
  /** Index of the sequence. */
  readonly rows: Int32Array;
  /** Region it trains besides. */
  readonly regions: Int32Array;
  /** Weight of its loss there: a share in (0, 1), or a number of copies. */
  readonly weights: Float32Array;
}

/**
 * The copies a spec's `softCopies` asks for.
 *
 * - `gate` (the paper): an Expand trains its two regions; the one that is not its region after editing with weight p / (p1 + p2),
 *   p2 / (p1 + p2) for k2 as a rule. Nothing when Expand is off, or merging has made the two one.
 * - `rounded` (the authors' code): every sequence enters its two best final regions round(2 p1) and round(2 p2) times more.
 * - `none`.
 *
 * @param vectors the slice that was edited with
 */
export function softCopies(
  mode: "gate" | "rounded" | "none",
  edit: EditResult,
  vectors: UnitVectors,
  options: Pick<EditOptions, "gate" | "expand">,
): SoftCopies {
  const copies: { row: number; region: number; weight: number }[] = [];
  if (mode === "gate" && options.expand) {
    edit.decisions.forEach(({ action, first, second, p1, p2 }, row) => {
      if (action !== "expand" || second < 0) return;
      const [k1, k2] = [edit.successor[first]!, edit.successor[second]!];
      if (k1 === k2) return;
      const own = edit.membership[row]!;
      const [region, p] = own === k2 ? [k1, p1] : [k2, p2];
      copies.push({ row, region, weight: p / (p1 + p2) });
    });
  }
  if (mode === "rounded") {
    decideAll(options.gate, edit.regions, vectors).forEach(({ first, second, p1, p2 }, row) => {
      for (const [region, p] of [[first, p1], [second, p2]] as const) {
        const times = Math.round(2 * p);
        if (region >= 0 && times > 0) copies.push({ row, region, weight: times });
      }
    });
  }
  return {
    rows: Int32Array.from(copies, (copy) => copy.row),
    regions: Int32Array.from(copies, (copy) => copy.region),
    weights: Float32Array.from(copies, (copy) => copy.weight),
  };
}
