/** Every item's score, as what is compared in tests. */
import type { Scorer } from "../src/backbones/types.ts";
import type { Tensor } from "../src/engine/types.ts";

/** Scores of items 1..items for rows of the scorer's windows, [rows, items]. */
export function allScores(scorer: Scorer, rows: Int32Array): Tensor {
  const states = scorer.states(scorer.collate(rows), scorer.frozen);
  return scorer.scores(states, scorer.frozen, { from: 0, size: scorer.items });
}
