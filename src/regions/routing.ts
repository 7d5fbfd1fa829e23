/**
 * Which region a sequence belongs to.
 * @module
 */
import type { Regions, VectorRows } from "./types.ts";
import { cosinesInto, requireWidth } from "./unit_vectors.ts";
import { rowBlocks } from "./vector_rows.ts";

/**
 * log pi_k + kappa_k cos(x, c_k) for every region (RAIE section 3.2).
 *
 * @param vector [width], unit length
 * @returns [K]
 * @throws RangeError when the widths differ
 */
export function routingScores(regions: Regions, vector: ArrayLike<number>): Float64Array {
  requireWidth(vector.length, regions.width);
  const scores = new Float64Array(regions.count);
  scoreRow(scores, regions, vector instanceof Float32Array ? vector : Float32Array.from(vector), 0, logShares(regions));
  return scores;
}

/** The region of highest routing score; the lowest index on a tie. @throws RangeError when the widths differ */
export function routeToRegion(regions: Regions, vector: ArrayLike<number>): number {
  return highest(routingScores(regions, vector));
}

/** The region of every vector, [count]. @throws RangeError when the widths differ */
export async function routeAll(regions: Regions, vectors: VectorRows): Promise<Int32Array> {
  const routes = new Int32Array(vectors.count);
  await scoreRows(regions, vectors, (row, scores) => routes[row] = highest(scores));
  return routes;
}

/** Two regions for each vector, for a soft mixture of their adapters. */
export interface TopTwo {
  /** [count] */
  readonly first: Int32Array;
  /** [count]; equal to `first` when there is one region. */
  readonly second: Int32Array;
  /** [count], weight of `first` in [.5, 1]; `second` has 1 - weight. */
  readonly weight: Float32Array;
}

/**
 * The two regions of highest routing score for every vector, weighted by the softmax over these two scores.
 *
 * @param sharpness factor on the scores before the softmax; 1 leaves them as they are
 * @throws RangeError when the widths differ
 */
export async function routeTopTwo(regions: Regions, vectors: VectorRows, sharpness = 1): Promise<TopTwo> {
  const first = new Int32Array(vectors.count);
  const second = new Int32Array(vectors.count);
  const weight = new Float32Array(vectors.count);
  await scoreRows(regions, vectors, (row, scores) => {
    const [best, next] = topTwo(scores);
    first[row] = best;
    second[row] = next < 0 ? best : next;
    weight[row] = next < 0 ? 1 : 1 / (1 + Math.exp(sharpness * (scores[next]! - scores[best]!)));
  });
  return { first, second, weight };
}

/** Indices of the highest and the second highest value, the lower index first on a tie; the second is -1 for a single value. */
export function topTwo(values: ArrayLike<number>): [number, number] {
  let best = 0, next = -1;
  for (let k = 1; k < values.length; k++) {
    if (values[k]! > values[best]!) {
      next = best;
      best = k;
    } else if (next < 0 || values[k]! > values[next]!) next = k;
  }
  return [best, next];
}

function highest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

function logShares(regions: Regions): Float64Array {
  return regions.pi.map(Math.log);
}

/** Hands the routing scores of every vector to `take`, in one array that is used again. */
async function scoreRows(
  regions: Regions,
  vectors: VectorRows,
  take: (row: number, scores: Float64Array) => void,
): Promise<void> {
  requireWidth(vectors.width, regions.width);
  const scores = new Float64Array(regions.count);
  const shares = logShares(regions);
  for await (const { from, count, values } of rowBlocks(vectors)) {
    for (let place = 0; place < count; place++) {
      scoreRow(scores, regions, values, place, shares);
      take(from + place, scores);
    }
  }
}

function scoreRow(
  out: Float64Array,
  regions: Regions,
  values: Float32Array,
  row: number,
  shares: Float64Array,
): void {
  const { count, width, centres, kappa } = regions;
  cosinesInto(out, values, row, centres, count, width);
  for (let k = 0; k < count; k++) out[k] = shares[k]! + kappa[k]! * out[k]!;
}
