/**
 * The options each kind of method has of its own, beside adapters and regions.
 * @module
 */
import type { AdapterTraining, MethodSpec } from "./types.ts";

/** No options of its own. */
export type NoOptions = Readonly<Record<never, never>>;

/** Which rows of S a method trains on: its windows, or what the backbone itself was trained on (authors). */
export type SetupRows = "windows" | "backbone";

/** Own options by kind, every default filled in; equations and sources are in method.md 8 and the schema's descriptions. */
export interface OwnOptions {
  /** The backbone as it is. */
  readonly base: NoOptions;
  /** One adapter on F. */
  readonly lora: NoOptions;
  /** Regions and their adapters. */
  readonly raie: NoOptions;
  /** Fine-tuning of all parameters on F. */
  readonly full: {
    /** How. */
    readonly training: AdapterTraining;
  };
  /** (1 - ratio) L_F + ratio L_S. */
  readonly replay: {
    /** Weight of S. */
    readonly ratio: number;
    /** Where L_S is taken. */
    readonly rows: SetupRows;
  };
  /** alpha T^2 KL(teacher || student). */
  readonly lwf: {
    /** T. */
    readonly temperature: number;
    /** Weight of the distance. */
    readonly alpha: number;
    /** Target and one negative, or the whole catalogue. */
    readonly candidates: "two" | "all";
  };
  /** lambda sum F_i (theta_i - theta0_i)^2. */
  readonly ewc: {
    /** Weight of the penalty. */
    readonly lambda: number;
    /** S windows whose squared gradients are averaged. */
    readonly samples: number;
  };
  /** alpha long + (1 - alpha) short. */
  readonly lsat: {
    /** Weight of the long adapter's scores. */
    readonly alpha: number;
    /** Passes over S. */
    readonly longEpochs: number;
    /** Passes over F. */
    readonly shortEpochs: number;
    /** What the long adapter is trained on. */
    readonly rows: SetupRows;
  };
  /** Adapters mixed by a gate on the input. */
  readonly mole: {
    /** Adapters. */
    readonly experts: number;
    /** Width of the gate's hidden layer. */
    readonly gateHidden: number;
    /** Divides the gate's outputs. */
    readonly temperature: number;
    /** Weight of the pull towards equal use. */
    readonly balance: number;
  };
  /** -log sigmoid(s_neg - s_bad) over mined pairs. */
  readonly ebpr: {
    /** Optimiser steps. */
    readonly steps: number;
    /** AdamW's. */
    readonly learningRate: number;
    /** Pairs in one step. */
    readonly batch: number;
    /** Drawn items each wrong one is held against. */
    readonly negatives: number;
    /** Where wrong recommendations are found. */
    readonly mine: "finetune" | "evaluated";
  };
  /** lambda / 2 times the squared distance to the adapter's previous value. */
  readonly proximal: {
    /** Weight of the term. */
    readonly lambda: number;
  };
}

/** Every kind of method. */
export type MethodKind = keyof OwnOptions;

/** Kinds that train adapters, and so read `lora`. */
export const ADAPTING: ReadonlySet<string> = new Set<MethodKind>(
  ["lora", "replay", "lwf", "ewc", "lsat", "mole", "proximal", "raie"],
);

/** What a method reads of its entry: adapters where it has some, regions where it has some, and what its kind has of its own. */
export function settingsOf({ kind, lora, regions, own }: MethodSpec): Record<string, unknown> {
  // How long its two adapters train lsat says itself.
  const { epochs: _, ...training } = lora.training;
  const adapters = kind === "lsat" ? { ...lora, training } : lora;
  return { kind, ...(ADAPTING.has(kind) && { lora: adapters }), ...(kind === "raie" && { regions }), ...own };
}

/**
 * The options of a method's own, typed by its kind.
 *
 * @throws {RangeError} when the method is of another kind.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * import { ownOptions } from "./method_types.ts";
 * const text = '{"name":"a","dataset":"b","backbone":{"kind":"sasrec"},"methods":[{"kind":"lwf","alpha":1}]}';
 * const [lwf] = parseSpec(text, "a.json").resolved.methods;
 * assert.deepEqual(ownOptions("lwf", lwf!), { temperature: 2, alpha: 1, candidates: "two" });
 * ```
 */
export function ownOptions<Kind extends MethodKind>(kind: Kind, method: MethodSpec): OwnOptions[Kind] {
  if (method.kind !== kind) {
    throw new RangeError(`Cannot read options of "${kind}": found the method "${method.kind}"`);
  }
  return method.own as OwnOptions[Kind];
}
