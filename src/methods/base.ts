/**
 * `base`: the backbone trained on S, with no adaptation. The reference for retention and adaptation.
 * @module
 */
import { frozenScorer } from "../adapters/scorer.ts";
import type { Adapted, Method, MethodContext } from "./types.ts";

const adapted = ({ backbone, parameters }: MethodContext): Adapted => ({
  cost: { steps: 0, finetuneRows: 0, setupRows: 0, parameters: 0 },
  curves: [],
  scorer: (windows) => Promise.resolve(frozenScorer(backbone, parameters, windows)),
  // There is nothing but the backbone, which is kept where it was trained.
  save: () => Promise.resolve(),
});

/** The method that adapts nothing. */
export const base = (): Method => ({
  kind: "base",
  settings: {},
  editsRegions: false,
  adapt: (_previous, _slice, context) => Promise.resolve(adapted(context)),
  load: (_folder, context) => Promise.resolve(adapted(context)),
  estimate: () => ({ steps: 0, exact: true }),
});
