/**
 * What can be said before anything trains.
 * @module
 */
import { DataError } from "../data/errors.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { Prepared } from "./prepare.ts";

/**
 * Refuses an experiment that the data cannot carry: no rows for the backbone, more regions than sequences to build them on.
 *
 * @throws {DataError}
 */
export function mustBeFeasible(spec: ResolvedSpec, { data }: Prepared): void {
  trainingRows(data, spec.backbone);
  for (const { kind, label, regions } of spec.methods) {
    const { count } = data.setupDense;
    if (kind === "raie" && regions.k > count) {
      throw new DataError(
        `Cannot build the regions of ${label}: regions.k is ${regions.k}, wanted at most ${count}, the number of S windows at stride ${regions.stride}`,
      );
    }
  }
}
