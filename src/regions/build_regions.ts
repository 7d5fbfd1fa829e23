/**
 * Regions made from a clustering, and regions with new statistics.
 * @module
 */
import { memberSums } from "./mean_directions.ts";
import { posterior } from "./posterior.ts";
import { quantile } from "./quantile.ts";
import type { Clustering, Regions, VectorRows } from "./types.ts";
import { angleOf, cosine, requireWidth } from "./unit_vectors.ts";
import { rowBlocks } from "./vector_rows.ts";

/** Settings of construction. */
export interface BuildOptions {
  /** Share of members within a region's radius; .9 in the paper. */
  readonly radiusQuantile: number;
  /** n0; 5 in the paper. */
  readonly priorStrength: number;
  /** .2 in the paper. */
  readonly emaRate: number;
}

/** The paper's settings. */
export const BUILD_DEFAULTS: BuildOptions = { radiusQuantile: 0.9, priorStrength: 5, emaRate: 0.2 };

/**
 * Regions whose prior centres are the clustering's centres and whose statistics are those of its members
 * (RAIE section 3.2). Radius and deviation are the quantile and the population standard deviation of the angle from the
 * clustering's centre to the members.
 *
 * @param vectors the clustered vectors
 * @throws RangeError when sizes do not match, a label is out of range, or a region has no members
 * @example
 * ```ts
 * import { buildRegions } from "./build_regions.ts";
 * import { sphericalKMeans } from "./spherical_k_means.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const vectors = unitVectors([1, 0, 0, 1, 1, 0.1, 0.1, 1], 2);
 * const regions = await buildRegions(vectors, await sphericalKMeans(vectors, 2, { seeds: [1, 0, 0, 1] }));
 * assert.deepEqual([...regions.counts], [2, 2]);
 * assert.deepEqual([...regions.pi], [0.5, 0.5]);
 * ```
 */
export async function buildRegions(
  vectors: VectorRows,
  clustering: Clustering,
  options: Partial<BuildOptions> = {},
): Promise<Regions> {
  const { radiusQuantile, priorStrength, emaRate } = { ...BUILD_DEFAULTS, ...options };
  const { count, width, centres, labels } = clustering;
  requireWidth(vectors.width, width);
  if (labels.length !== vectors.count) {
    throw new RangeError(
      `Cannot build regions: ${labels.length} labels, wanted one for each of ${vectors.count} vectors`,
    );
  }
  const angles = await memberAngles(vectors, clustering);
  const empty = angles.findIndex((members) => members.length === 0);
  if (empty >= 0) throw new RangeError(`Cannot build regions: region ${empty} has no members, wanted at least one`);
  const statistics = {
    count,
    width,
    sums: await memberSums(vectors, labels, count),
    counts: Float64Array.from(angles, (members) => members.length),
    priorCentres: centres.slice(),
    priorStrength,
  };
  return {
    ...statistics,
    ...posterior(statistics),
    names: angles.map((_, k) => `R${k + 1}`),
    radii: Float64Array.from(angles, (members) => quantile(members, radiusQuantile)),
    deviations: Float64Array.from(angles, standardDeviation),
    emaRate,
  };
}

/** For each centre the angles to its members, in the order of rows. */
async function memberAngles(
  vectors: VectorRows,
  { count, width, centres, labels }: Clustering,
): Promise<Float64Array[]> {
  const sizes = new Int32Array(count);
  labels.forEach((label, row) => {
    if (!(label >= 0 && label < count)) {
      throw new RangeError(`Cannot build regions: label ${label} in row ${row}, wanted 0 to ${count - 1}`);
    }
    sizes[label]!++;
  });
  const angles = Array.from(sizes, (size) => new Float64Array(size));
  const filled = new Int32Array(count);
  for await (const { from, count: rows, values } of rowBlocks(vectors)) {
    for (let place = 0; place < rows; place++) {
      const label = labels[from + place]!;
      angles[label]![filled[label]!++] = angleOf(cosine(values, place, centres, label, width));
    }
  }
  return angles;
}

/**
 * The same regions with other statistics: centres and shares are the new posterior's, kappa moves towards its new estimate by
 * the EMA rate, and prior centres and deviations stay.
 *
 * @param sums [K, width]
 * @param counts [K]
 * @param radii [K]; the old ones when left out
 */
export function reestimate(
  regions: Regions,
  sums: Float64Array,
  counts: Float64Array,
  radii: Float64Array = regions.radii,
): Regions {
  const next = posterior({ ...regions, sums, counts });
  const { emaRate } = regions;
  const kappa = next.kappa.map((fresh, k) => (1 - emaRate) * regions.kappa[k]! + emaRate * fresh);
  return { ...regions, ...next, kappa, sums, counts, radii };
}

/** Population standard deviation. */
function standardDeviation(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
