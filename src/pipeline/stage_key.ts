/**
 * What a stage's result is named by.
 * @module
 */
import { canonicalJson } from "../spec/canonical.ts";
import { sha256 } from "./digest.ts";

/** Everything a stage's result depends on. Equal identities give equal results. */
export interface StageIdentity {
  /** E.g. "backbone". */
  readonly kind: string;
  /** Raised when the stage's code changes what it computes. */
  readonly version: number;
  /** Every setting and seed that moves the result, as JSON: a setting left out here gives stale results. */
  readonly parameters: unknown;
  /** Keys or digests of what it reads. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * SHA-256 of the identity as canonical JSON, in hex.
 *
 * @example
 * ```ts
 * import { stageKey } from "./stage_key.ts";
 * const identity = { kind: "ranks", version: 1, inputs: { adapted: "ab" } };
 * const key = stageKey({ ...identity, parameters: { slice: "T", batch: 512 } });
 * console.assert(key === stageKey({ ...identity, parameters: { batch: 512, slice: "T" } }));
 * ```
 */
export const stageKey = (identity: StageIdentity): string => sha256(canonicalJson(identity));
