/**
 * How sequences belong to regions after editing: what decides which adapters they train.
 * @module
 */
import type { EditOptions } from "./edit_options.ts";
import type { EditResult } from "./edit_regions.ts";
import { decideAll, decisionAt } from "./gate.ts";
import type { Regions, VectorRows } from "./types.ts";

/** For every sequence its region and, for soft copies, two candidates with their probabilities; all [sequences]. */
export interface Belonging {
  /** The region a sequence is routed to. */
  readonly route: Int32Array;
  /**
   * The more probable candidate; where soft copies are the gate's, the sequence's own region if it is one of the two.
   */
  readonly first: Int32Array;
  /** -1 where there is no second candidate. */
  readonly second: Int32Array;
  /** Probability of `first`, in [0, 1]. */
  readonly p1: Float64Array;
  /** Probability of `second`, in [0, 1]; 0 where there is none. */
  readonly p2: Float64Array;
  /** 1 where the gate said Expand (and Expand is on). */
  readonly expanded: Uint8Array;
}

/**
 * Belonging by the gate's decisions, as the paper's soft copies need it: an Expand also trains `second` with weight p2 / (p1 + p2).
 *
 * The two candidates are those of the decision, as they stand after editing; `second` is the one that is not the sequence's own
 * region, so the pair is turned round where re-routing gave the sequence to its runner-up, and empty where merging joined the two.
 */
export function belongingByDecision(edit: EditResult, options: Pick<EditOptions, "expand">): Belonging {
  const belonging = blank(edit.membership);
  for (let row = 0; row < edit.decisions.count; row++) {
    const { action, first, second, p1, p2 } = decisionAt(edit.decisions, row);
    const k1 = edit.successor[first]!;
    const k2 = second < 0 || edit.successor[second] === k1 ? -1 : edit.successor[second]!;
    const turned = k2 >= 0 && belonging.route[row] === k2;
    belonging.first[row] = turned ? k2 : k1;
    belonging.second[row] = turned ? k1 : k2;
    belonging.p1[row] = turned ? p2 : p1;
    belonging.p2[row] = turned ? p1 : k2 < 0 ? 0 : p2;
    belonging.expanded[row] = action === "expand" && options.expand ? 1 : 0;
  }
  return belonging;
}

/**
 * Belonging by the gate's probabilities under the regions after editing, as the authors' rounded copies need it: a sequence enters
 * its two best regions round(2 p1) and round(2 p2) times more.
 *
 * @param regions after editing
 * @param route of the same vectors
 */
export async function belongingByProbability(
  regions: Regions,
  vectors: VectorRows,
  route: Int32Array,
  options: Pick<EditOptions, "gate">,
): Promise<Belonging> {
  const { first, second, p1, p2 } = await decideAll(options.gate, regions, vectors);
  return { ...blank(route), first, second, p1, p2 };
}

function blank(route: Int32Array): Belonging {
  const { length } = route;
  return {
    route,
    first: new Int32Array(length),
    second: new Int32Array(length),
    p1: new Float64Array(length),
    p2: new Float64Array(length),
    expanded: new Uint8Array(length),
  };
}
