/**
 * The interface of every method of adaptation.
 * @module
 */
import type { LossCurve } from "../adapters/train.ts";
import type { PlainTensors } from "../adapters/safetensors.ts";
import type { Backbone, Scorer } from "../backbones/types.ts";
import type { Slice, SlicedData, Windows } from "../data/types.ts";
import type { Engine, TensorMap } from "../engine/types.ts";
import type { EditReport, Regions, UnitVectors } from "../regions/mod.ts";
import type { MethodSpec } from "../spec/types.ts";

/** What a method may use. Nothing in it is the method's to change. */
export interface MethodContext {
  readonly engine: Engine;
  readonly backbone: Backbone;
  /** The backbone trained on S, on the device. */
  readonly parameters: TensorMap;
  /** The same as plain numbers. */
  readonly values: PlainTensors;
  /** Dropout rate of the backbone while adapters train. */
  readonly backboneDropout: number;
  readonly data: SlicedData;
  readonly seed: number;
  /** Unit representations of windows by the frozen backbone; computed once for each set of windows. */
  represent(windows: Windows): Promise<UnitVectors>;
  /** Reports progress of a named piece of work; may throw to stop it. */
  progress(what: string, done: number, total: number): void | Promise<void>;
}

/** What adapting cost. */
export interface Cost {
  readonly steps: number;
  readonly finetuneRows: number;
  readonly setupRows: number;
  /** Trained numbers that inference keeps. */
  readonly parameters: number;
}

/** What happened to regions while adapting. */
export interface RegionTrace {
  readonly before: Regions;
  readonly after: Regions;
  readonly edits: readonly (EditReport & { readonly slice: string })[];
  readonly notes: readonly string[];
  /** Region of each window after editing. */
  route(windows: Windows): Promise<Int32Array>;
}

/** A method's state after a slice: it can score, be saved, and be adapted further. */
export interface Adapted {
  readonly cost: Cost;
  readonly curves: readonly LossCurve[];
  readonly regions?: RegionTrace;
  /** Scores windows of any slice; the caller disposes the scorer. */
  scorer(windows: Windows): Promise<Scorer>;
  /** Writes everything {@linkcode Method.load} needs. */
  save(folder: string): Promise<void>;
}

/** One way of adapting a frozen backbone to new interactions. */
export interface Method {
  readonly kind: string;
  /** The part of the spec its results depend on: part of a stage's key. */
  readonly settings: unknown;
  /** Whether it keeps regions, so that a report can describe them. */
  readonly editsRegions: boolean;
  /** Adapts to one F slice, starting from the state after the slice before it (undefined: from the backbone). */
  adapt(previous: Adapted | undefined, slice: Slice, context: MethodContext): Promise<Adapted>;
  load(folder: string, context: MethodContext): Promise<Adapted>;
  /** Optimiser steps and rows a slice will take, as far as they are known before anything is computed. */
  estimate(slice: { readonly windows: number }): { readonly steps: number; readonly exact: boolean };
}

/** Makes a method from its entry in the spec. */
export type MethodFactory = (spec: MethodSpec) => Method;
