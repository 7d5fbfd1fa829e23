/**
 * Spherical k-means (Dhillon and Modha 2001; the hard-assignment limit of Banerjee et al., JMLR 2005): how regions are first drawn.
 * @module
 */
import { assign, repairEmpty, unassigned } from "./assignment.ts";
import { memberSums, moveCentres } from "./mean_directions.ts";
import { drawSample } from "./sample.ts";
import { seedCentres } from "./seeding.ts";
import type { Clustering, Products, RandomSource, VectorRows } from "./types.ts";
import { readRow, selectRows } from "./vector_rows.ts";

/** Where the first centres come from: drawn (several times, the best result kept), or given. */
export type KMeansOptions = (DrawnSeeds | GivenSeeds) & {
  /** An engine's, for large data; left out: all is computed here. The result is the same. */
  readonly products?: Products | undefined;
};

/** Centres are drawn among the vectors. */
export interface DrawnSeeds {
  /** Runs, the best of which is kept. */
  readonly restarts: number;
  /** Most rounds of a run. */
  readonly iterations: number;
  /** Draws seeds, and the sample. */
  readonly stream: RandomSource;
  /** Of more than {@linkcode SAMPLED_FROM} times as many vectors, a sample of this size is what restarts run on; left out: they never do. */
  readonly seedSample?: number | undefined;
}

/** One run from given centres. */
export interface GivenSeeds {
  /** [k, width] row-major. */
  readonly seeds: Float64Array | Float32Array | readonly number[];
  /** Most rounds; 100. */
  readonly iterations?: number;
}

/** Vectors for each of a sample's from which on restarts run on the sample: below, it would save little. */
export const SAMPLED_FROM = 8;

/** A clustering with its quality. */
export interface KMeansResult extends Clustering {
  /** Sum over vectors of the cosine to their centre; higher is better. */
  readonly objective: number;
  /** Iterations of the restart kept. */
  readonly iterations: number;
  /** Whether it stopped because no vector moved. */
  readonly converged: boolean;
}

/**
 * Divides directions into k clusters so that the sum of cosines to the clusters' mean directions is (locally) largest.
 *
 * Seeds are drawn by k-means++ with 1 - cos; a cluster that runs empty takes the vector furthest from its centre; of several
 * restarts the one of highest objective is kept (the earliest on a tie). Every label names a centre of highest cosine.
 * The same vectors, in the same order, and the same stream give the same result bit for bit, with an engine's products or without.
 *
 * With very many vectors restarts run on a sample, drawn without replacement, and only the best of them goes on with all vectors, from the centres
 * it found (mini-batch seeding; compare Sculley, WWW 2010).
 *
 * @param vectors unit rows, at least k of them
 * @param k number of clusters
 * @param options `{ restarts, iterations, stream }`, or `{ seeds }`: [k, width] row-major, one run from there
 * @throws RangeError for k outside 1..count, or seeds of another size
 * @example
 * ```ts
 * import { sphericalKMeans } from "./spherical_k_means.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const vectors = unitVectors([1, 0, 0, 1, 1, 0.1, 0.1, 1], 2);
 * const { labels } = await sphericalKMeans(vectors, 2, { seeds: [1, 0, 0, 1] });
 * assert.deepEqual([...labels], [0, 1, 0, 1]);
 * ```
 */
export async function sphericalKMeans(vectors: VectorRows, k: number, options: KMeansOptions): Promise<KMeansResult> {
  if (!Number.isInteger(k) || k < 1 || k > vectors.count) {
    throw new RangeError(
      `Cannot form ${k} clusters of ${vectors.count} vectors: wanted a whole number from 1 to their count`,
    );
  }
  const { products } = options;
  if ("seeds" in options) {
    if (options.seeds.length !== k * vectors.width) {
      throw new RangeError(`Cannot start k-means: ${options.seeds.length} seed values, wanted ${k} x ${vectors.width}`);
    }
    const limit = options.iterations ?? 100;
    return await descend(vectors, Float64Array.from(options.seeds), { k, limit, products });
  }
  const { seedSample, iterations, stream } = options;
  if (seedSample === undefined || vectors.count <= SAMPLED_FROM * seedSample) {
    return await bestRestart(vectors, k, options);
  }
  const sample = await selectRows(vectors, drawSample(vectors.count, seedSample, stream));
  const { centres } = await bestRestart(sample, k, options);
  return await descend(vectors, centres, { k, limit: iterations, products, running: true });
}

async function bestRestart(vectors: VectorRows, k: number, options: DrawnSeeds & { products?: Products | undefined }) {
  const { restarts, iterations: limit, stream, products } = options;
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < Math.max(1, restarts); restart++) {
    const result = await descend(vectors, await seedCentres(vectors, k, stream), { k, limit, products });
    if (best === undefined || result.objective - best.objective > TIE * Math.abs(best.objective)) best = result;
  }
  return best!;
}

/**
 * Restarts that end in the same clusters, numbered otherwise, have one objective but for the order of its sum. Were that rounding to choose among
 * them, so would every rounding before it, and regions would be numbered otherwise on another engine.
 */
const TIE = 1e-9;

/** How a run goes. */
interface Descent {
  readonly k: number;
  /** Most rounds. */
  readonly limit: number;
  readonly products: Products | undefined;
  /** Whether sums are kept as vectors move, rather than added up anew in every round: most of the time where few of very many vectors move. */
  readonly running?: boolean;
}

/** Lloyd's iterations from given centres, which are changed in place. */
async function descend(
  vectors: VectorRows,
  values: Float64Array,
  { k, limit, products, running = false }: Descent,
): Promise<KMeansResult> {
  const { count, width } = vectors;
  const centres = { count: k, values, shifts: new Float64Array(k) };
  const state = unassigned(count, running ? new Float64Array(k * width) : undefined);
  let objective = 0, iterations = 0, converged = false;
  while (true) {
    const moved = await assign(vectors, centres, state, products);
    const repaired = await repairEmpty(vectors, centres, state);
    converged = iterations > 0 && moved === 0 && repaired.length === 0;
    if (converged) break;
    if (iterations >= limit) {
      // A repaired cluster at the very end is its one vector.
      for (const centre of repaired) values.set(await readRow(vectors, state.labels.indexOf(centre)), centre * width);
      break;
    }
    const sums = state.sums ?? await memberSums(vectors, state.labels, k);
    objective = moveCentres(sums, values, centres.shifts);
    iterations++;
  }
  return { count: k, width, centres: values, labels: state.labels, objective, iterations, converged };
}
