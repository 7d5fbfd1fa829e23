/**
 * A resolved spec: what the JSON said, with every default and preset filled in. The program reads nothing else.
 * @module
 */
import type { Rung } from "../engine/types.ts";

export type PresetName = "paper" | "official" | "tuned";

/** Where interactions come from. `id` names a descriptor of datasets/; an inline data set has `format` and `path` instead. */
export interface DatasetSpec {
  readonly id?: string;
  readonly format?: "csv" | "tsv" | "movielens-dat" | "yelp-ndjson" | "ndjson" | "synthetic";
  /** Absolute after resolution. */
  readonly path?: string;
  readonly columns?: { readonly user: string; readonly item: string; readonly time: string; readonly rating?: string };
  /** Between two cells of a csv or tsv file. */
  readonly separator?: string;
  readonly badLines: "stop" | "skip";
  /** Generator settings of a synthetic data set, passed to src/data/synthetic.ts. */
  readonly synthetic?: SyntheticSpec;
}

/** Users with latent preference regions that drift, merge and emerge over time. */
export interface SyntheticSpec {
  readonly users: number;
  readonly items: number;
  readonly regions: number;
  /** Mean number of interactions a user has. */
  readonly interactionsPerUser: number;
  /** Rotation of a region's centre from the first to the last interaction, radians. */
  readonly drift: number;
  /** Share of users whose region changes after the set-up slice. */
  readonly switching: number;
  /** Regions that appear only after the set-up slice. */
  readonly emerging: number;
  /** Pairs of regions that become one. */
  readonly merging: number;
  /** Exponent of item popularity (0: uniform). */
  readonly popularity: number;
  readonly seed: number;
}

export interface WindowsSpec {
  readonly context: number;
  readonly stride: number;
}

/** Fractions of the positives in time order, or ISO dates as borders. */
export type SlicesSpec =
  | { readonly kind: "fractions"; readonly setup: number; readonly finetune: readonly number[]; readonly test: number }
  /** `borders`: seconds since 1970 at which F1..Fn and T begin. */
  | { readonly kind: "dates"; readonly borders: readonly number[] };

export type LossSpec =
  | { readonly kind: "bce"; readonly negatives: number }
  | { readonly kind: "gbce"; readonly negatives: number; readonly t: number }
  | { readonly kind: "cross-entropy" }
  | { readonly kind: "sampled-softmax"; readonly negatives: number };

/** How something is trained. Rates are per step, `clip` is a global norm (null: none), `warmup` a share of all steps. */
export interface TrainingSpec {
  readonly loss: LossSpec;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly clip: number | null;
  readonly warmup: number;
}

export interface BackboneSpec {
  readonly kind: "sasrec" | "bert4rec" | "tisasrec" | "llama";
  /** Longest sequence the model sees. */
  readonly maxLength: number;
  readonly hidden: number;
  readonly blocks: number;
  readonly heads: number;
  readonly ffn: number;
  readonly dropout: number;
  readonly layerNormEps: number;
  readonly training: TrainingSpec & {
    /** "windows": every S window; "user-tail": the last maxLength + 1 positives of each user (authors). */
    readonly rows: "windows" | "user-tail";
    /** Users with fewer S positives are not trained on (authors: 5). Only for "user-tail". */
    readonly minPositives: number;
    /** Where negatives may not come from: the row's own items, or all the user's S items (authors). */
    readonly negativesOutside: "row" | "user";
  };
}

export interface LoraSpec {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Projection names, matched at their last component. */
  readonly targets: readonly string[];
  readonly init: "kaiming" | "gaussian";
  readonly itemRows: "none" | "finetune-targets" | "shared";
  /** Weight of mean((E - E0)^2) over the adapter's item rows. */
  readonly anchor: number;
  /** Item rows' learning rate as a multiple of the adapter's. */
  readonly itemRate: number;
  readonly training: TrainingSpec & { readonly positions: "last" | "all" };
}

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

export interface RegionsSpec {
  readonly k: number;
  readonly restarts: number;
  readonly iterations: number;
  /** Stride of the S windows regions are built on. */
  readonly stride: number;
  readonly radiusQuantile: number;
  readonly priorStrength: number;
  readonly emaRate: number;
  readonly gate: GateSpec;
  readonly update: boolean;
  readonly expand: boolean;
  readonly add: boolean;
  readonly merge: boolean;
  /** Degrees under which two centres merge. */
  readonly mergeAngle: number;
  readonly expandWeight: number;
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
  readonly routing: "hard" | "soft";
  /** The default adapter's own training where it differs from lora's (authors: no decay, item rows at .4 of the rate). */
  readonly defaultAdapter: { readonly weightDecay: number; readonly itemRate: number };
  /** The region adapters' training. */
  readonly training: TrainingSpec & { readonly itemRate: number };
}

/** One entry of `methods`, with the spec's own lora and regions settings folded in and its own overrides applied. */
export interface MethodSpec {
  readonly kind: string;
  readonly label: string;
  readonly lora: LoraSpec;
  readonly regions: RegionsSpec;
  /** The overrides as written in the spec: what the report and results.json show as `options`. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface EvaluationSpec {
  readonly cutoffs: readonly number[];
  readonly ties: "optimistic" | "pessimistic" | "mean";
  readonly batch: number;
}

export interface ReportSpec {
  /** Label of the method that others are compared with. */
  readonly reference: string;
  /** Cut-off measure of charts and first table, e.g. "Recall@10". */
  readonly measure: string;
  /** Published results to hold a run against (z-scores), if any. */
  readonly published?: readonly {
    readonly source: string;
    readonly label: string;
    readonly slice: string;
    readonly measure: string;
    readonly value: number;
    readonly windows: number;
  }[];
}

/** A spec with nothing left open. */
export interface ResolvedSpec {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly preset: PresetName;
  readonly dataset: DatasetSpec;
  readonly minRating: number;
  readonly windows: WindowsSpec;
  readonly slices: SlicesSpec;
  readonly catalogue: "all" | "seen";
  readonly retention: "training" | "held-out";
  readonly backbone: BackboneSpec;
  readonly budget: "paper" | "matched";
  readonly methods: readonly MethodSpec[];
  readonly seeds: readonly number[];
  readonly evaluation: EvaluationSpec;
  readonly report: ReportSpec;
  readonly engine: Rung | "auto";
}

/** A switch in which a run differs from the `paper` preset. */
export interface Difference {
  /** JSON path, e.g. "regions.gate.kind"; method overrides begin with the method's label in brackets. */
  readonly path: string;
  readonly paper: unknown;
  readonly value: unknown;
}
