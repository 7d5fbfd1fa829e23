/**
 * Measures of continual learning (GEM, Lopez-Paz and Ranzato, NeurIPS 2017).
 *
 * They are read from a matrix M[stage][slice] of one measure. Stage 0 is the model trained on the first slice (S), stage i the model
 * after adapting to slice i (F_i). Slices stand in time order: 0 is S, 1..n are F1..Fn, and one more, T, may follow that no stage has trained on.
 *
 * Worked example, used below: two adaptations and a test slice,
 *
 * | | S | F1 | F2 | T |
 * |---|---|---|---|---|
 * | base | .50 | .20 | .10 | .08 |
 * | after F1 | .46 | .40 | .16 | .10 |
 * | after F2 | .42 | .36 | .44 | .18 |
 * @module
 */

/** [stages][slices]; at least as many slices as stages. */
export type StageMatrix = readonly (readonly number[])[];

/** The measures of one matrix. */
export interface ContinualMeasures {
  /** Mean of the last stage over the slices trained on: GEM's ACC. Example: (.42 + .36 + .44) / 3. */
  readonly average: number;
  /**
   * Mean over the slices before the last of M[n][j] - M[j][j]: GEM's BWT. Negative is forgetting. NaN with a single stage.
   * Example: ((.42 - .50) + (.36 - .40)) / 2 = -.06.
   */
  readonly backwardTransfer: number;
  /**
   * Mean over the slices after the first, trained on or not, of M[j-1][j] - b_j: GEM's FWT, what training on the past gives for a slice not
   * seen yet. b is the base's row here (GEM takes a random model's, which no one would recommend with). F1 is seen by the base alone
   * before it is trained on and adds 0. NaN with a single stage. Example: ((.20 - .20) + (.16 - .10) + (.18 - .08)) / 3.
   */
  readonly forwardTransfer: number;
  /** M[n][0] / M[0][0], what is left of the base's measure on S; NaN where the base has 0. Example: .42 / .50 = .84. */
  readonly retention: number;
  /**
   * Mean over the slices before the last of the best value of any earlier stage minus the last stage's, so that more is worse (F of Chaudhry et al.,
   * ECCV 2018, eq. 3). NaN with a single stage. Example: ((.50 - .42) + (.40 - .36)) / 2 = .06.
   */
  readonly forgetting: number;
}

/**
 * The measures of continual learning that a matrix of one measure gives; see {@linkcode ContinualMeasures} for each.
 *
 * @throws RangeError for an empty matrix, ragged rows, or fewer slices than stages
 * @example
 * ```ts
 * import { continualMeasures } from "./continual.ts";
 * import assert from "node:assert/strict";
 *
 * const { average, backwardTransfer, forwardTransfer, retention, forgetting } = continualMeasures([
 *   [0.50, 0.20, 0.10, 0.08],
 *   [0.46, 0.40, 0.16, 0.10],
 *   [0.42, 0.36, 0.44, 0.18],
 * ]);
 * const values = [average, backwardTransfer, forwardTransfer, retention, forgetting];
 * assert.deepEqual(values.map((value) => value.toFixed(4)), ["0.4067", "-0.0600", "0.0533", "0.8400", "0.0600"]);
 * ```
 */
export function continualMeasures(matrix: StageMatrix): ContinualMeasures {
  const slices = matrix[0]?.length ?? 0;
  if (slices < matrix.length || slices === 0 || matrix.some((row) => row.length !== slices)) {
    throw new RangeError(
      `Cannot measure transfer: rows of ${matrix.map((row) => row.length).join(", ") || "nothing"} slices for ` +
        `${matrix.length} stages, wanted rows of one length, at least the number of stages`,
    );
  }
  const last = matrix.length - 1;
  const at = (stage: number, slice: number) => matrix[stage]![slice]!;
  const trained = range(0, last + 1);
  const past = range(0, last);
  const ahead = last === 0 ? [] : range(1, Math.min(slices, last + 2));
  return {
    average: mean(trained.map((slice) => at(last, slice))),
    backwardTransfer: mean(past.map((slice) => at(last, slice) - at(slice, slice))),
    forwardTransfer: mean(ahead.map((slice) => at(slice - 1, slice) - at(0, slice))),
    retention: at(0, 0) === 0 ? NaN : at(last, 0) / at(0, 0),
    forgetting: mean(
      past.map((slice) => Math.max(...range(0, last).map((stage) => at(stage, slice))) - at(last, slice)),
    ),
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
