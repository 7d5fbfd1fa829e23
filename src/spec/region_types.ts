/**
 * Preference regions in a resolved spec.
 * @module
 */
import type { TrainingSpec } from "./types.ts";

/** What `seedSample` is where a spec does not say: a field that results of before do not have. */
export const SEED_SAMPLE = 32_768;

/** What decides between Update, Expand and Add: the paper's gate or the authors'. */
export type GateSpec =
  | {
    readonly kind: "confidence";
    readonly temperature: number;
    readonly tHigh: number;
    readonly tLow: number;
    readonly gamma: number;
  }
  | {
    readonly kind: "posterior";
    readonly beta: number;
    readonly deltaMin: number;
    readonly lambdaNew: number;
    readonly a0: number;
    readonly a1: number;
  };

/** Preference regions: construction on S, editing on F, training of their adapters, routing. */
export interface RegionsSpec {
  /** Regions at the start; the most that are tried where `kBy` is "bic". */
  readonly k: number;
  /** Whether `k` is how many regions there are, or BIC on S chooses from 1 to `k`. */
  readonly kBy: "given" | "bic";
  /** Where their centres come from: k-means, or S sequences drawn at random (an ablation). */
  readonly centres: "k-means" | "random";
  /** An adapter for each region, or one for all of them (an ablation). */
  readonly adapters: "each" | "one";
  /** Runs of spherical k-means; the best counts. */
  readonly restarts: number;
  /** Passes of one run, at most. */
  readonly iterations: number;
  /** Vectors that those runs are on where there are more than eight times as many; left out: {@linkcode SEED_SAMPLE}. */
  readonly seedSample?: number;
  /** Stride of the S windows regions are built on. */
  readonly stride: number;
  /** A region's radius is this quantile of its members' angles. */
  readonly radiusQuantile: number;
  /** n0: how many sequences a region's first centre counts for. */
  readonly priorStrength: number;
  /** Share of a new kappa that replaces the old one. */
  readonly emaRate: number;
  /** What decides on an operation. */
  readonly gate: GateSpec;
  /** Whether Update may happen. */
  readonly update: boolean;
  /** Whether Expand may happen. */
  readonly expand: boolean;
  /** Whether Add may happen. */
  readonly add: boolean;
  /** Whether two close centres become one. */
  readonly merge: boolean;
  /** Degrees under which two centres merge. */
  readonly mergeAngle: number;
  /** What a sequence counts for in the region it expands. */
  readonly expandWeight: number;
  /** Sequences a pool must hold before a new region is proposed. */
  readonly poolMin: number;
  /** Centres proposed on a full pool, at most. */
  readonly addMax: number;
  /** S windows per F window in a region's training set. */
  readonly replay: number;
  /** Whose S windows: those "routed" to the region after editing (paper), or the region's k-means "members" (authors; a new region has none). */
  readonly replayFrom: "routed" | "members";
  /** "sequential": one region's adapter after the other; "together": all in one pass, the same numbers up to rounding and dropout masks. */
  readonly pass: "sequential" | "together";
  /** "gate": an Expand also trains its second region with weight p2 / (p1 + p2). "rounded": round(2 p1) and round(2 p2) copies for every window (authors). "none". */
  readonly softCopies: "gate" | "rounded" | "none";
  /** F windows of a slice that a region needs to train an adapter of its own on it. */
  readonly minWindows: number;
  /** Score with one region's adapter, or with a mixture of the best two. */
  readonly routing: "hard" | "soft";
  /** The default adapter's own training where it differs from lora's (authors: no decay, item rows at .4 of the rate). */
  readonly defaultAdapter: { readonly weightDecay: number; readonly itemRate: number };
  /** The region adapters' training. */
  readonly training: TrainingSpec & { readonly itemRate: number };
}
