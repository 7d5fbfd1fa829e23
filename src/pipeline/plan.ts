/**
 * The plan of an experiment: its stages, their sizes, and which of them the store already holds. Computes none of them.
 * @module
 */
import type { ResolvedSpec } from "../spec/types.ts";
import { mustBeFeasible } from "./feasible.ts";
import { inOrder, stageGraph } from "./graph.ts";
import type { Prepared } from "./prepare.ts";
import type { Store } from "./store.ts";

/** One stage of a plan. */
export interface PlannedStage {
  /** As progress names it, e.g. "lora: adapt to F1 (seed 2)". */
  readonly stage: string;
  /** Windows and steps, for a reader; empty where neither says anything. */
  readonly size: string;
  /** First 24 hex digits of the stage's key: the name of its folder in the store. */
  readonly key: string;
  /** Seconds it took when it was computed; undefined when it is still to do. */
  readonly cachedSeconds?: number;
}

/** All stages in the order they would run. */
export async function planStages(
  spec: ResolvedSpec,
  prepared: Prepared,
  engine: string,
  store: Store,
): Promise<PlannedStage[]> {
  mustBeFeasible(spec, prepared);
  const stages: PlannedStage[] = [];
  for (const { stage, size, key, identity } of inOrder(stageGraph(spec, prepared, engine))) {
    const found = await store.look(identity);
    const cached = found === undefined ? {} : { cachedSeconds: found.seconds };
    stages.push({ stage, size, key: key.slice(0, 24), ...cached });
  }
  return stages;
}
