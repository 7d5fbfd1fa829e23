/**
 * A resolved spec: what the JSON said, with every default and preset filled in. The program reads nothing else.
 * @module
 */
import type { Rung } from "../engine/types.ts";
import type { DatasetSpec, SlicesSpec, WindowsSpec } from "./data_types.ts";
import type { Json } from "./json.ts";
import type { MethodKind, OwnOptions } from "./method_types.ts";
import type { RegionsSpec } from "./region_types.ts";

export type { MethodKind, NoOptions, OwnOptions, SetupRows } from "./method_types.ts";
export type { GateSpec, RegionsSpec } from "./region_types.ts";
export type { DatasetSpec, MarginalsSpec, SlicesSpec, SyntheticSpec, WindowsSpec } from "./data_types.ts";

/** Where defaults come from: the paper's text, the authors' code, or our best settings. */
export type PresetName = "paper" | "official" | "tuned";

/** A training loss; `negatives` are drawn for each target, `t` is gSASRec's calibration. */
export type LossSpec =
  | { readonly kind: "bce"; readonly negatives: number }
  | { readonly kind: "gbce"; readonly negatives: number; readonly t: number }
  | { readonly kind: "cross-entropy" }
  | { readonly kind: "sampled-softmax"; readonly negatives: number };

/** How something is trained. Rates are per step, `clip` is a global norm (null: none), `warmup` a share of all steps. */
export interface TrainingSpec {
  /** What a step lowers. */
  readonly loss: LossSpec;
  /** Passes over the rows. */
  readonly epochs: number;
  /** Rows in one optimiser step. */
  readonly batch: number;
  /** AdamW's. */
  readonly learningRate: number;
  /** AdamW's, decoupled. */
  readonly weightDecay: number;
  /** Largest global norm of the gradient; null clips nothing. */
  readonly clip: number | null;
  /** Share of all steps over which the rate rises from 0. */
  readonly warmup: number;
}

/** How adapters, or the whole backbone, are trained on F: the loss is taken at a window's last position, or at every one. */
export type AdapterTraining = TrainingSpec & { readonly positions: "last" | "all" };

/** The sequence model, trained once on S or read from a file. */
export type BackboneSpec = TransformerSpec | LlamaSpec;

/** A transformer over items. */
export interface TransformerSpec {
  /** The architecture. */
  readonly kind: "sasrec" | "bert4rec" | "tisasrec";
  /** Longest sequence the model sees. */
  readonly maxLength: number;
  /** Width of an item's vector. */
  readonly hidden: number;
  /** Transformer blocks. */
  readonly blocks: number;
  /** Attention heads; they divide `hidden`. */
  readonly heads: number;
  /** Width of the feed-forward layer. */
  readonly ffn: number;
  /** Share of activations dropped in training. */
  readonly dropout: number;
  /** Added to the variance in layer normalisation. */
  readonly layerNormEps: number;
  /** A safetensors file that its weights are taken from instead of training it; absolute after resolution. */
  readonly weights?: string;
  /** The same path as the spec has it, where that is a relative one: for reports. */
  readonly weightsWritten?: string;
  /** bert4rec: share of a row's items that are hidden in training. */
  readonly mask?: number;
  /** tisasrec: buckets of the logarithm of a time gap. */
  readonly timeBuckets?: number;
  /** tisasrec: longer gaps count as this many days. */
  readonly maxGapDays?: number;
  /** tisasrec: whose item a pair's key and value are made of. */
  readonly content?: "attended" | "own";
  /** bert4rec, tisasrec: rows of the item table before the items'. */
  readonly specialTokens?: 4 | 5;
  /** How it is trained on S. */
  readonly training: TrainingSpec & {
    /** "windows": every S window; "user-tail": the last maxLength + 1 positives of each user (authors). */
    readonly rows: "windows" | "user-tail";
    /** Users with fewer S positives are not trained on (authors: 5). Only for "user-tail". */
    readonly minPositives: number;
    /** Where negatives may not come from: the row's own items, or all the user's S items (authors). */
    readonly negativesOutside: "row" | "user";
  };
}

/** A language model that is prompted with the purchase history; an adapter and the items' new rows teach it the task on S. */
export interface LlamaSpec {
  /** The architecture. */
  readonly kind: "llama";
  /** Folder of a Hugging Face checkpoint, absolute after resolution; or the sizes of one with random weights. */
  readonly checkpoint: string | MadeUpCheckpoint;
  /** The same path as the spec has it, where that is a relative one: for reports. */
  readonly checkpointWritten?: string;
  /** Longest prompt in tokens. */
  readonly maxLength: number;
  /** With {user} and {items}. */
  readonly prompt: string;
  /** Whether activations are computed again in the backward pass. */
  readonly checkpointing: boolean;
  /** Parts a batch is worked through in. */
  readonly accumulation: number;
  /** The adapter of S. */
  readonly lora: Pick<LoraSpec, "rank" | "alpha" | "dropout" | "targets" | "init">;
  /** How that adapter and the items' rows are trained on S. */
  readonly training: TrainingSpec & {
    /** Item rows' learning rate as a multiple of the adapter's. */
    readonly itemRate: number;
  };
  /** Weights come from the checkpoint. */
  readonly weights?: never;
}

/** A Llama with random weights that the program makes itself, as a checkpoint would hold it. */
export interface MadeUpCheckpoint {
  /** Width of a state. */
  readonly hidden: number;
  /** Transformer layers. */
  readonly layers: number;
  /** Query heads; they divide `hidden`. */
  readonly heads: number;
  /** Key and value heads; they divide `heads`. */
  readonly kvHeads: number;
  /** Width inside the feed-forward part. */
  readonly ffn: number;
  /** Whether items are scored by the rows they are read by. */
  readonly tied: boolean;
  /** Of the random weights. */
  readonly seed: number;
}

/** Low-rank adapters, and the item rows trained with them. */
export interface LoraSpec {
  /** r of B A. */
  readonly rank: number;
  /** The adapter counts alpha / rank. */
  readonly alpha: number;
  /** Share of the adapter's inputs dropped in training. */
  readonly dropout: number;
  /** Projections that are adapted: whole names, or their ends behind a dot. */
  readonly targets: readonly string[];
  /** How A begins; B begins at zero. */
  readonly init: "kaiming" | "gaussian";
  /** Item rows that train with the adapter; "shared" changes one table region after region (authors). */
  readonly itemRows: "none" | "finetune-targets" | "shared";
  /** Weight of mean((E - E0)^2) over the adapter's item rows. */
  readonly anchor: number;
  /** Item rows' learning rate as a multiple of the adapter's. */
  readonly itemRate: number;
  /** How adapters are trained on F, and at which positions the loss is taken. */
  readonly training: AdapterTraining;
}

/** One entry of `methods`, with the spec's own lora and regions settings folded in and its own overrides applied. */
export interface MethodSpec {
  /** E.g. "raie". */
  readonly kind: string;
  /** Name in tables and charts, unlike all others. */
  readonly label: string;
  /** Its adapters. */
  readonly lora: LoraSpec;
  /** Its regions; meant for raie alone. */
  readonly regions: RegionsSpec;
  /** What its kind has beside these, defaults filled in; read with `ownOptions`. */
  readonly own: OwnOptions[MethodKind];
  /** The overrides as written in the spec: what the report and results.json show as `options`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of a K=1 control the label of its raie, whose optimiser steps and share of S rows it takes; absent for every other method. */
  readonly control?: string;
}

/** How settings are looked for on S and F. */
export interface SearchSpec {
  /** Every combination, or drawn ones. */
  readonly kind: "grid" | "random";
  /** Combinations tried for the backbone, and for each method, at most. */
  readonly trials: number;
  /** Of the draw. */
  readonly seed: number;
  /** Share of the last F slice, its end, that stands in for T. */
  readonly validation: number;
  /** By path, the values tried. */
  readonly space: Readonly<Record<string, readonly Json[]>>;
}

/** What may be held at a time: it changes memory and speed, never results. */
export interface MemorySpec {
  /** MiB for scores over the catalogue, in training and in ranking. */
  readonly scores: number;
}

/** How recommendations are judged. */
export interface EvaluationSpec {
  /** The k of Recall@k, NDCG@k and coverage@k, ascending. */
  readonly cutoffs: readonly number[];
  /** Rank among equal scores. */
  readonly ties: "optimistic" | "pessimistic" | "mean";
  /** Windows scored at once; changes no result. */
  readonly batch: number;
  /** Resamples of users for intervals, and draws of signs for the permutation test. */
  readonly resamples: number;
  /** Paired test of differences over users. */
  readonly test: "permutation" | "wilcoxon";
}

/** What a report puts first. */
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
    readonly explanation?: string;
  }[];
}

/** A spec with nothing left open. */
export interface ResolvedSpec {
  /** Of the experiment and of its folder under reports/. */
  readonly name: string;
  /** Heading of the report. */
  readonly title: string;
  /** A paragraph for the report; may be empty. */
  readonly description: string;
  /** Where defaults came from. */
  readonly preset: PresetName;
  /** Where interactions come from. */
  readonly dataset: DatasetSpec;
  /** Rows rated at least this are positives. */
  readonly minRating: number;
  /** How positives become windows. */
  readonly windows: WindowsSpec;
  /** S, F1..Fn and T. */
  readonly slices: SlicesSpec;
  /** Items that can be recommended: of all windows, or seen in S and F. */
  readonly catalogue: "all" | "seen";
  /** What retention is measured on. */
  readonly retention: "training" | "held-out";
  /** The sequence model all methods share. */
  readonly backbone: BackboneSpec;
  /** What methods may spend. */
  readonly budget: "paper" | "matched";
  /** Whether the first raie that can have several regions is followed by its K=1 control. */
  readonly control: boolean;
  /** What is compared, in the report's order, the control included. */
  readonly methods: readonly MethodSpec[];
  /** How settings are chosen before anything is judged on T; absent where the spec's own are taken. */
  readonly search?: SearchSpec;
  /** One run of each method for each. */
  readonly seeds: readonly number[];
  /** How recommendations are judged. */
  readonly evaluation: EvaluationSpec;
  /** What the report puts first. */
  readonly report: ReportSpec;
  /** What may be held at a time; absent: {@linkcode scoreMemory} says how much. */
  readonly memory?: MemorySpec;
  /** How closely a later run must come to the committed results; absent: exactly, on the same engine alone. */
  readonly reproduce?: {
    /** Largest difference of a measure where engine, versions, device or threads are others. */
    readonly tolerance: number;
  };
  /** "auto": the best that works. */
  readonly engine: Rung | "auto";
}

/** A switch in which a run differs from the `paper` preset. */
export interface Difference {
  /** JSON path, e.g. "regions.gate.kind"; method overrides begin with the method's label in brackets. */
  readonly path: string;
  /** What `paper` says; null where it has no such switch. */
  readonly paper: unknown;
  /** What this run does. */
  readonly value: unknown;
}
