/**
 * results.json: everything a report says, as data. Published as src/reporting/results.schema.json and validated when written.
 * @module
 */
import type { Evidence } from "../evaluation/evidence.ts";
import type { Difference, ResolvedSpec } from "../spec/types.ts";
import type { SearchResult } from "./search_types.ts";

export type { SearchChoice, SearchResult } from "./search_types.ts";

/** Measures of one slice: keys such as "Recall@10", "NDCG@10", "MRR", "coverage@10". */
export type Measures = Readonly<Record<string, number>>;

/** One method with one seed. */
export interface RunResult {
  /** Kind of the method, e.g. "raie". */
  readonly method: string;
  /** The method's name in the report; different for two entries of one kind. */
  readonly label: string;
  /** Seed of the backbone and of everything the method drew. */
  readonly seed: number;
  /** What the method's entry in the spec overrides, as written. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Keys "S", "F1".."Fn", "T". S is retention; which windows it used is `data.retention`. */
  readonly measures: Readonly<Record<string, Measures>>;
  /** After each stage of adaptation the measures on every slice: matrix[stage][slice]; stage 0 is the base, n is after Fn (GEM). */
  readonly matrix: readonly { readonly stage: string; readonly measures: Readonly<Record<string, number>> }[];
  /** Backward transfer on S in `report.measure`: this run on S minus base on S; negative is forgetting. */
  readonly forgetting: number;
  /** What `matrix` comes to (GEM, Lopez-Paz and Ranzato 2017). */
  readonly continual: {
    /** Mean over S and F after the last stage: ACC. */
    readonly average: number;
    /** Mean over S and F but the last of the best earlier stage less the last; more is worse (Chaudhry et al. 2018). Absent in files of versions without it. */
    readonly forgetting?: number;
    /** Mean change on S and F but the last since each was learnt: BWT; negative is forgetting. */
    readonly backwardTransfer: number;
    /** Mean gain on F and T before each is learnt, against the backbone: FWT. */
    readonly forwardTransfer: number;
  };
  /** Optimiser steps taken, rows of F and S windows seen, trained numbers. */
  readonly cost: {
    readonly steps: number;
    readonly finetuneRows: number;
    readonly setupRows: number;
    readonly parameters: number;
    readonly seconds: number;
  };
  /** Training loss by optimiser step, one entry per training. */
  readonly loss: readonly {
    readonly name: string;
    readonly steps: readonly number[];
    readonly values: readonly number[];
  }[];
  /** Absent for methods that keep no regions. */
  readonly regions?: RegionsResult;
}

/** Windows of one slice that have something in common, and what each run made of them. */
export interface GroupResult {
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** What they are told apart by. */
  readonly by: "user" | "target" | "region";
  /** "known" and "new" users; "popular", "rare" and "unseen" targets; a region's name. */
  readonly name: string;
  /** Windows in the group. */
  readonly windows: number;
  /** Users they are of. */
  readonly users: number;
  /** By measure, one value a run, in the order of `runs`. */
  readonly measures: Readonly<Record<string, readonly number[]>>;
}

/** Results by group. */
export interface GroupsResult {
  /** Number of popular items: the fewest that make half of S's positives. */
  readonly popularItems: number;
  /** Whose regions windows are told apart by; absent where no method keeps regions. */
  readonly regions?: { readonly label: string; readonly seed: number };
  /** Slice by slice; groups without a window are left out. */
  readonly groups: readonly GroupResult[];
}

/** A figure of ours beside a published one. */
export interface Comparison {
  /** Label of the method here. */
  readonly label: string;
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** E.g. "Recall@10". */
  readonly measure: string;
  /** Mean over `seeds` seeds. */
  readonly ours: number;
  /** How many seeds `ours` is the mean of. */
  readonly seeds: number;
  /** The published figure. */
  readonly theirs: number;
  /** (ours - theirs) in standard errors of the difference. */
  readonly z: number;
  /** Where it was published, as the spec says. */
  readonly source: string;
}

/** A method that could not be finished; the others went on without it. */
export interface FailureResult {
  /** Kind of the method, e.g. "raie". */
  readonly method: string;
  /** The method's name in the report. */
  readonly label: string;
  /** Seed of the run that failed; runs with other seeds may have gone through. */
  readonly seed: number;
  /** Why, a sentence as the user read it. */
  readonly reason: string;
  /** Of a training whose numbers were no longer finite, with the three below: what was being trained; "sasrec" is the backbone, "lora F1" an adapter. */
  readonly training?: string;
  /** Optimiser step, from 1. */
  readonly step?: number;
  /** "NaN", "Infinity", "-Infinity"; a number when the weights after the step were not finite. */
  readonly loss?: string;
  /** The inputs of that step as safetensors, relative to results.json. */
  readonly batch?: string;
}

/** What happened to the regions of one run. */
export interface RegionsResult {
  /** As built on S. */
  readonly before: readonly RegionResult[];
  /** As inference routes by. */
  readonly after: readonly RegionResult[];
  /** Per F slice. */
  readonly edits: readonly {
    readonly slice: string;
    readonly update: number;
    readonly expand: number;
    readonly add: number;
    /** Sequences whose operation is switched off: with the three before, all of the slice. */
    readonly withheld: number;
    readonly merged: number;
    /** Regions proposed by a pool and accepted by BIC; refused ones; sequences that fell back. */
    readonly accepted: number;
    readonly refused: number;
    readonly fellBack: number;
  }[];
  /** Sequences of each slice per region after editing: routing[slice][region]. */
  readonly routing: Readonly<Record<string, readonly number[]>>;
  /** Sequence flow of users from their last window of one slice to their first of the next: flow[from][to]. */
  readonly flows: readonly {
    readonly from: string;
    readonly to: string;
    readonly counts: readonly (readonly number[])[];
  }[];
  /** A sample of sequence representations in two dimensions (UMAP) with slice and region. */
  readonly map: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly slice: readonly string[];
    readonly region: readonly number[];
    /** Each sequence's region as built on S; absent, as are centres, in files of versions without it. */
    readonly before?: readonly number[];
    /** Where the regions' centres lie among the sequences nearest to them, in the order of `before` and `after`. */
    readonly centres?: {
      readonly before: readonly { readonly x: number; readonly y: number }[];
      readonly after: readonly { readonly x: number; readonly y: number }[];
    };
  };
  /** E.g. "posterior gate: Expand cannot fire with these constants". */
  readonly notes: readonly string[];
}

/** One region, before or after editing. */
export interface RegionResult {
  /** "R1"...; stable over edits, "R1+R3" when merged. */
  readonly name: string;
  /** Members; may be fractional after Expand. */
  readonly size: number;
  /** Radians. */
  readonly radius: number;
  /** Concentration, in [1, 1e6]. */
  readonly kappa: number;
  /** Share of the mixture, in [0, 1]. */
  readonly pi: number;
  /** Radians between this centre before and after editing; 0 before. */
  readonly moved: number;
}

/** A file, or a folder of files, that was read. */
export interface FileResult {
  /** Without its folder. */
  readonly name: string;
  /** Its size. */
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** results.json. */
export interface Results {
  /** Where the schema lies that the file was validated against. */
  readonly $schema: string;
  /** Of the file's layout; raised when a reader of the old one would go wrong. */
  readonly version: 1;
  /** The experiment's name, and its folder's. */
  readonly name: string;
  /** Defaults and presets filled in: enough to run it again. */
  readonly spec: ResolvedSpec;
  /** Every switch in which the run differs from the preset `paper`. */
  readonly differences: readonly Difference[];
  /** What was read, and what slicing made of it. */
  readonly data: {
    readonly dataset: string;
    readonly title: string;
    readonly files: readonly FileResult[];
    readonly interactions: number;
    readonly positives: number;
    readonly skippedLines: number;
    /** What was decided where the data leave a doubt, a sentence each; absent when there was nothing to decide. */
    readonly notes?: readonly string[];
    readonly items: number;
    readonly users: number;
    /** Seconds since 1970. */
    readonly borders: readonly number[];
    readonly retention: "training" | "held-out";
    readonly slices: readonly {
      readonly name: string;
      readonly users: number;
      readonly items: number;
      readonly interactions: number;
      readonly windows: number;
      /** T under the catalogue "seen": windows left out because their target, or all of their context, is new in T. */
      readonly droppedWindows?: number;
    }[];
  };
  /** The leakage audit, in the order it ran; absent in files of versions without one. No check of it found anything, or there would be no results. */
  readonly audit?: readonly {
    /** The same in every version; "new-items F1" counts for one slice. */
    readonly name: string;
    /** A check must find nothing; a fact is for the reader to know. */
    readonly kind: "check" | "fact";
    /** What must be so, or what is counted: a sentence without its full stop. */
    readonly statement: string;
    /** How many `unit` were looked at. */
    readonly looked: number;
    /** E.g. "windows". */
    readonly unit: string;
    /** How many of them were found. */
    readonly found: number;
  }[];
  /** Absent where the spec's own settings were taken; else `spec` has those that were chosen. */
  readonly search?: SearchResult;
  /** Numbers it has, and its pretraining loss for each seed; no loss where its weights were read from a file. */
  readonly backbone: {
    readonly parameters: number;
    /** The file of `spec.backbone.weights`; absent when the backbone was trained on S. */
    readonly weights?: FileResult;
    /** What a language model was read from before S taught it: a folder and the digest of its files, or no bytes where the model is made up. */
    readonly checkpoint?: FileResult;
    readonly loss: readonly {
      readonly seed: number;
      readonly steps: readonly number[];
      readonly values: readonly number[];
    }[];
  };
  /** One entry for each method and seed. */
  readonly runs: readonly RunResult[];
  /** The same by group of windows; absent in files of versions without groups. */
  readonly groups?: GroupsResult;
  /** Methods that could not be finished; absent when all were. */
  readonly failures?: readonly FailureResult[];
  /** Ours beside the figures of `report.published`. */
  readonly comparisons?: readonly Comparison[];
  /** Intervals and tests over users; absent in files of versions without them. */
  readonly evidence?: Evidence;
  /** What the numbers depend on beside spec and data. */
  readonly provenance: {
    readonly engine: {
      readonly rung: string;
      readonly version: string;
      readonly device: string;
      readonly threads: number;
    };
    readonly raie: string;
    readonly deno: string;
    readonly specSha256: string;
  };
  /** Seconds each stage took when it was computed (a stage taken from the store keeps the time of its computation). */
  readonly durations: readonly { readonly stage: string; readonly seconds: number }[];
}
