/**
 * Add: whether sequences that fit no region make a new one.
 * @module
 */
import { buildRegions } from "./build_regions.ts";
import { posterior } from "./posterior.ts";
import { sphericalKMeans } from "./spherical_k_means.ts";
import type { Products, RandomSource, Regions, VectorRows } from "./types.ts";
import { dot, rowOf } from "./unit_vectors.ts";
import { mixtureBic } from "./von_mises_fisher.ts";

/** How new regions are proposed. */
export interface ProposalOptions {
  /** Most centres proposed. */
  readonly addMax: number;
  /** Of k-means on the pool. */
  readonly restarts: number;
  /** Most rounds of one k-means; fewer where labels stop changing. */
  readonly iterations: number;
  /** Of a new region's radius. */
  readonly radiusQuantile: number;
  /** Draws the seeds of k-means. */
  readonly stream: RandomSource;
  /** Of k-means on a very large pool: see {@linkcode KMeansOptions}. */
  readonly seedSample?: number | undefined;
  /** An engine's; the result is the same without. */
  readonly products?: Products | undefined;
}

/** What became of a pool. */
export interface PoolVerdict {
  /** With the new regions at the end, or as they were when every proposal was refused. */
  readonly regions: Regions;
  /** Regions added. */
  readonly added: number;
  /** BIC of the slice without new regions. */
  readonly bicBefore: number;
  /** BIC of the slice with 1, 2, ... new regions. */
  readonly bicProposed: readonly number[];
}

/**
 * Proposes 1 to `addMax` centres by spherical k-means on the pool and keeps the proposal under which the slice has the highest
 * BIC, if that is higher than without it. Every proposal is judged as the regions it would make: the pool's members give the
 * new regions' statistics, and all shares are estimated again (RAIE section 3.3, Add; the criterion replaces the authors' threshold
 * of 1e4 on an unnormalised score).
 *
 * @param slice every vector of the slice being adapted to, the pool among them: the data of the likelihood
 */
export async function judgePool(
  regions: Regions,
  pool: VectorRows,
  slice: VectorRows,
  options: ProposalOptions,
): Promise<PoolVerdict> {
  const { restarts, iterations, stream, seedSample, products } = options;
  const bicBefore = await mixtureBic(regions, slice);
  const bicProposed: number[] = [];
  let best = regions;
  let highest = bicBefore;
  for (let centres = 1; centres <= Math.min(options.addMax, pool.count); centres++) {
    const clustering = await sphericalKMeans(pool, centres, { restarts, iterations, stream, seedSample, products });
    const { priorStrength, emaRate } = regions;
    const { radiusQuantile } = options;
    const fresh = await buildRegions(pool, clustering, { radiusQuantile, priorStrength, emaRate });
    const proposed = appendRegions(regions, fresh);
    const bic = await mixtureBic(proposed, slice);
    bicProposed.push(bic);
    if (bic > highest) {
      best = proposed;
      highest = bic;
    }
  }
  return { regions: best, added: best.count - regions.count, bicBefore, bicProposed };
}

/**
 * The regions with others behind them, renamed to the next free names. Centres and concentrations stay what they were; shares
 * are those of all counts together.
 */
export function appendRegions(regions: Regions, others: Regions): Regions {
  const used = regions.names.flatMap((name) => name.split("+")).map((name) => Number(name.slice(1)));
  const next = Math.max(0, ...used) + 1;
  const joined = {
    ...regions,
    count: regions.count + others.count,
    names: [...regions.names, ...others.names.map((_, k) => `R${next + k}`)],
    centres: join(regions.centres, others.centres),
    priorCentres: join(regions.priorCentres, others.priorCentres),
    radii: join(regions.radii, others.radii),
    deviations: join(regions.deviations, others.deviations),
    sums: join(regions.sums, others.sums),
    counts: join(regions.counts, others.counts),
    kappa: join(regions.kappa, others.kappa),
  };
  return { ...joined, pi: posterior(joined).pi };
}

/** The region, among the first `among`, whose centre is nearest to the centre of region k: a new adapter's parent. */
export function nearestRegion(regions: Regions, k: number, among: number): number {
  const { centres, width } = regions;
  let nearest = 0, highest = -Infinity;
  for (let other = 0; other < among; other++) {
    const cosine = dot(rowOf(centres, other, width), rowOf(centres, k, width));
    if (cosine > highest) {
      highest = cosine;
      nearest = other;
    }
  }
  return nearest;
}

function join(left: Float64Array, right: Float64Array): Float64Array {
  const joined = new Float64Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
