/**
 * The interface of every method of adaptation.
 * @module
 */
import type { ConstantLayers } from "../adapters/constant_layers.ts";
import type { LossCurve, StepCache } from "../adapters/train.ts";
import type { TrainingRows } from "../backbones/training_rows.ts";
import type { Backbone, Scorer } from "../backbones/types.ts";
import type { Slice, SlicedData, Windows } from "../data/types.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import type { Checkpoints } from "../engine/training_loop.ts";
import type { Engine, TensorMap } from "../engine/types.ts";
import type { EditReport, Regions, VectorRows } from "../regions/mod.ts";
import type { MethodSpec } from "../spec/types.ts";

/** What a method may use. Nothing in it is the method's to change. */
export interface MethodContext {
  /** Open for as long as the context is; the method does not close it. */
  readonly engine: Engine;
  /** The architecture; its parameters come beside it. */
  readonly backbone: Backbone;
  /** What of it adapters never change, computed once for all methods. */
  readonly constant: ConstantLayers;
  /** The backbone trained on S, on the device. */
  readonly parameters: TensorMap;
  /** Compiled training steps, shared by all methods on this backbone. */
  readonly steps: StepCache;
  /** Dropout rate of the backbone while adapters train. */
  readonly backboneDropout: number;
  /** Parts a batch is worked through in while adapters train, at least 1. */
  readonly accumulation: number;
  /** Blocks of scores over the catalogue that are held at a time in training, at least 1; no result depends on it. */
  readonly held?: number;
  /** Slices and windows. T is there to be scored, never to be trained on. */
  readonly data: SlicedData;
  /** Root of every stream the method draws from. */
  readonly seed: number;
  /** Where trainings are kept while a stage runs. Left out: they are not. */
  readonly checkpoints?: Checkpoints;
  /** What the method may spend on the slice; left out: what its own settings say. */
  readonly budget?: Budget | undefined;
  /** The backbone's parameters as plain numbers, read from the device: those named, or all. */
  values(names?: readonly string[]): Promise<PlainTensors>;
  /** What the backbone was trained on. */
  setupRows(): TrainingRows;
  /** The frozen backbone's first `count` recommendations for windows, the context's items left out: [windows, count], catalogue indices. */
  top(windows: Windows, count: number): Promise<Int32Array>;
  /** Unit representations of windows by the frozen backbone; computed once for each set of windows. */
  represent(windows: Windows): Promise<VectorRows>;
  /** Reports progress of a named piece of work, with the loss where it trains; may throw to stop it. */
  progress(what: string, done: number, total: number, loss?: number): void | Promise<void>;
}

/** What methods may spend alike (method.md 7): what the yardstick, a raie, spent on the slice. A K=1 control takes that of its raie. */
export interface Budget {
  /** Optimiser steps. */
  readonly steps: number;
  /** Rows seen in them, of F and of S. */
  readonly rows: number;
  /** Share of the rows seen that were of S, in [0, 1). */
  readonly setupShare: number;
}

/** What adapting cost. */
export interface Cost {
  /** Optimiser steps over all adapters. */
  readonly steps: number;
  /** Rows of F trained on, counted again in every epoch and for every copy. */
  readonly finetuneRows: number;
  /** Rows of S replayed, counted again in every epoch. */
  readonly setupRows: number;
  /** Trained numbers that inference keeps. */
  readonly parameters: number;
}

/** What happened to regions while adapting. */
export interface RegionTrace {
  /** As built on S, before any editing. */
  readonly before: Regions;
  /** As inference routes by. */
  readonly after: Regions;
  /** One entry for each F slice, in time order. */
  readonly edits: readonly (EditReport & { readonly slice: string })[];
  /** Sentences for the report: what the gate cannot do, what became of pools, what merged. */
  readonly notes: readonly string[];
  /** Region of each window after editing. */
  route(windows: Windows): Promise<Int32Array>;
}

/** A method's state after a slice: it can score, be saved, and be adapted further. */
export interface Adapted {
  /** Of the last slice alone; a run adds steps and rows up over its slices. */
  readonly cost: Cost;
  /** Loss of every training of the last slice. */
  readonly curves: readonly LossCurve[];
  /** Absent for methods that keep no regions. */
  readonly regions?: RegionTrace;
  /** Scores windows of any slice; the caller disposes the scorer. */
  scorer(windows: Windows): Promise<Scorer>;
  /** Writes everything {@linkcode Method.load} needs. */
  save(folder: string): Promise<void>;
}

/** One way of adapting a frozen backbone to new interactions. */
export interface Method {
  /** As in the spec, e.g. "raie". */
  readonly kind: string;
  /** The part of the spec its results depend on: part of a stage's key. */
  readonly settings: unknown;
  /** Whether it keeps regions, so that a report can describe them. */
  readonly editsRegions: boolean;
  /** Adapts to one F slice, starting from the state after the slice before it (undefined: from the backbone). */
  adapt(previous: Adapted | undefined, slice: Slice, context: MethodContext): Promise<Adapted>;
  /** Reads what {@linkcode Adapted.save} wrote. Item rows come back up to the rounding of table + delta, all else exactly. */
  load(folder: string, context: MethodContext): Promise<Adapted>;
  /** Optimiser steps a slice will take, as far as they are known before anything is computed; `later`: it is not the first of a list. */
  estimate(
    slice: { readonly windows: number; readonly later?: boolean },
  ): { readonly steps: number; readonly exact: boolean };
}

/** Makes a method from its entry in the spec. */
export type MethodFactory = (spec: MethodSpec) => Method;
