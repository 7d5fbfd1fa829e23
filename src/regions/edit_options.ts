/**
 * The switches and numbers of editing.
 * @module
 */
import { SEED_SAMPLE } from "../spec/region_types.ts";
import type { RegionsSpec } from "../spec/types.ts";
import { CONFIDENCE_GATE, type Gate } from "./gate.ts";
import type { Products, RandomSource } from "./types.ts";

/** How regions are edited. */
export interface EditOptions {
  /** Decides on each sequence: Update, Expand or Add. */
  readonly gate: Gate;
  /** Off: what the gate would update is only routed. Each of the three off is one of the paper's ablations. */
  readonly update: boolean;
  /** Off: what the gate would expand is only routed, and trains one region alone. */
  readonly expand: boolean;
  /** Off: nothing enters the pool, so no region is ever made; what would have is only routed. */
  readonly add: boolean;
  /** Radians under which two centres merge; undefined: they never do. */
  readonly mergeAngle?: number | undefined;
  /** Weight of an Expand's sequence in its region's statistics. */
  readonly expandWeight: number;
  /** Least size of a pool that may become regions. */
  readonly poolMin: number;
  /** Most centres proposed on a pool. */
  readonly addMax: number;
  /** k-means on the pool. */
  readonly restarts: number;
  /** Most rounds of one k-means; fewer where labels stop changing. */
  readonly iterations: number;
  /** Of a new region's radius. */
  readonly radiusQuantile: number;
  /** Draws the seeds of k-means on the pool. */
  readonly stream: RandomSource;
  /** Of k-means on a very large pool: see {@linkcode KMeansOptions}. */
  readonly seedSample?: number | undefined;
  /** An engine's; the result is the same without. */
  readonly products?: Products | undefined;
}

/** The paper's settings (RAIE sections 3.3 and 4.1); a stream must be given. */
export const EDIT_DEFAULTS: Omit<EditOptions, "stream"> = {
  gate: CONFIDENCE_GATE,
  update: true,
  expand: true,
  add: true,
  expandWeight: 0.25,
  poolMin: 120,
  addMax: 2,
  restarts: 4,
  iterations: 50,
  radiusQuantile: 0.9,
};

/** The editing a spec asks for; its merging angle is in degrees. */
export function editOptions(spec: RegionsSpec, stream: RandomSource, products?: Products): EditOptions {
  const { gate, update, expand, add, expandWeight, poolMin, addMax, restarts, iterations, radiusQuantile } = spec;
  const mergeAngle = spec.merge ? spec.mergeAngle * Math.PI / 180 : undefined;
  return {
    gate,
    update,
    expand,
    add,
    mergeAngle,
    expandWeight,
    poolMin,
    addMax,
    restarts,
    iterations,
    radiusQuantile,
    stream,
    seedSample: spec.seedSample ?? SEED_SAMPLE,
    products,
  };
}
