/**
 * Merge: regions that have become one.
 * @module
 */
import { posterior } from "./posterior.ts";
import type { Regions } from "./types.ts";
import { angleBetween, normaliseRow, rowOf } from "./unit_vectors.ts";

/** Two regions that became one. */
export interface Merged {
  /** As they were before; the merged region is called after both. */
  readonly names: readonly [string, string];
  /** Angle between their centres, radians. */
  readonly angle: number;
}

/** Regions after merging. */
export interface MergeResult {
  /** K less one for every pair merged. */
  readonly regions: Regions;
  /** [K before], the region after merging that holds each. */
  readonly successor: Int32Array;
  /** [K after], the largest of the regions before that each is made of: the adapter it keeps. */
  readonly heir: Int32Array;
  /** In the order they were merged; a region may appear again under its new name. */
  readonly merged: readonly Merged[];
}

/**
 * Merges the two closest centres, again and again, while they are closer than `angle`.
 *
 * Sums and counts add up; the prior centre is the direction of the two weighted by their counts; concentration is estimated afresh;
 * the radius covers both old caps; the deviation is pooled. The merged region stands where the first stood, named after both.
 *
 * @param angle radians; 12 degrees in the authors' code
 */
export function mergeRegions(regions: Regions, angle: number): MergeResult {
  let current = regions;
  const successor = Int32Array.from({ length: regions.count }, (_, k) => k);
  const merged: Merged[] = [];
  while (true) {
    const closest = closestPair(current);
    if (closest === undefined || closest.angle >= angle) break;
    const { first, second } = closest;
    merged.push({ names: [current.names[first]!, current.names[second]!], angle: closest.angle });
    current = mergePair(current, first, second);
    for (let k = 0; k < successor.length; k++) {
      if (successor[k] === second) successor[k] = first;
      else if (successor[k]! > second) successor[k] = successor[k]! - 1;
    }
  }
  const heir = new Int32Array(current.count).fill(-1);
  successor.forEach((after, before) => {
    const known = heir[after]!;
    if (known < 0 || regions.counts[before]! > regions.counts[known]!) heir[after] = before;
  });
  return { regions: current, successor, heir, merged };
}

function closestPair(regions: Regions): { first: number; second: number; angle: number } | undefined {
  let found: { first: number; second: number; angle: number } | undefined;
  for (let first = 0; first < regions.count; first++) {
    for (let second = first + 1; second < regions.count; second++) {
      const angle = angleBetween(
        rowOf(regions.centres, first, regions.width),
        rowOf(regions.centres, second, regions.width),
      );
      if (found === undefined || angle < found.angle) found = { first, second, angle };
    }
  }
  return found;
}

/** Region `second` taken into `first` (first < second). */
function mergePair(regions: Regions, first: number, second: number): Regions {
  const { width, counts, count } = regions;
  const a = counts[first]!;
  const b = counts[second]!;
  const sums = regions.sums.slice();
  const priorCentres = regions.priorCentres.slice();
  // A region that only just exists may have no count; the prior then speaks for both alike.
  const [wa, wb] = a + b > 0 ? [a, b] : [1, 1];
  for (let j = 0; j < width; j++) {
    const to = first * width + j;
    const from = second * width + j;
    sums[to] = sums[to]! + sums[from]!;
    priorCentres[to] = wa * priorCentres[to]! + wb * priorCentres[from]!;
  }
  normaliseRow(priorCentres, first, width);
  const without = (values: Float64Array, size: number, value?: number) => {
    const kept = values.slice(0, (count - 1) * size);
    kept.set(values.subarray((second + 1) * size), second * size);
    if (value !== undefined) kept[first] = value;
    return kept;
  };
  const { deviations, radii } = regions;
  const next = {
    ...regions,
    count: count - 1,
    names: regions.names.map((name, k) => k === first ? `${name}+${regions.names[second]}` : name)
      .filter((_, k) => k !== second),
    sums: without(sums, width),
    priorCentres: without(priorCentres, width),
    counts: without(counts, 1, a + b),
    deviations: without(
      deviations,
      1,
      Math.sqrt((wa * deviations[first]! ** 2 + wb * deviations[second]! ** 2) / (wa + wb)),
    ),
  };
  const { centres, kappa, pi } = posterior(next);
  const reach = (k: number) => radii[k]! + angleBetween(rowOf(regions.centres, k, width), rowOf(centres, first, width));
  return {
    ...next,
    // The other regions keep the centres and the EMA of kappa they had.
    centres: withRow(without(regions.centres, width), centres, first, width),
    kappa: without(regions.kappa, 1, kappa[first]!),
    radii: without(radii, 1, Math.min(Math.PI, Math.max(reach(first), reach(second)))),
    pi,
  };
}

/** A matrix with row `k` taken from another, in place. */
function withRow(matrix: Float64Array, source: Float64Array, k: number, width: number): Float64Array {
  matrix.set(rowOf(source, k, width), k * width);
  return matrix;
}
