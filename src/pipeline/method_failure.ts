/**
 * Methods that could not be finished, and which errors stop a method rather than the run.
 * @module
 */
import { EngineError } from "../engine/errors.ts";
import { isOutOfMemory } from "../engine/out_of_memory.ts";
import { TrainingError } from "../engine/training_error.ts";
import { ScoreError } from "../evaluation/score_error.ts";
import { MethodError } from "../methods/method_error.ts";
import type { MethodSpec } from "../spec/types.ts";

/** One method with one seed that stopped. */
export interface MethodFailure {
  /** The method's entry in the spec. */
  readonly spec: MethodSpec;
  /** The seed of that run. */
  readonly seed: number;
  /** Why; a {@linkcode TrainingError} has the step and its batch. */
  readonly error: Error;
}

/**
 * Whether an error stops the methods that need a stage and leaves the others alone: a loss or a score that is no number, what a method says it cannot
 * do, memory that one method's stage takes. All else ends the run: interruptions, the store, the data, and whatever would be a bug.
 *
 * @param ofMethod whether the stage is one method's own. Memory that the backbone lacks, all methods lack.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { MethodError } from "../methods/method_error.ts";
 * assert.ok(stopsMethodAlone(new MethodError("Cannot mine pairs from F1: there are none"), true));
 * assert.ok(!stopsMethodAlone(new TypeError("x is not a function"), true));
 * ```
 */
export function stopsMethodAlone(error: unknown, ofMethod: boolean): error is Error {
  if (error instanceof TrainingError || error instanceof ScoreError || error instanceof MethodError) return true;
  return ofMethod && error instanceof EngineError && isOutOfMemory(error);
}
