/**
 * The two halves of a k-means iteration, written for speed: nearest centres, and members' mean directions.
 * @module
 */
import type { UnitVectors } from "./types.ts";
import { addRow, cosine, cosinesInto, normaliseRow } from "./unit_vectors.ts";

/** Labels under way, with bounds that spare most dot products. */
export interface Assignment {
  /** [vectors], the nearest centre; -1 before the first pass. */
  readonly labels: Int32Array;
  /** [vectors], no larger than the cosine to the own centre. */
  readonly own: Float64Array;
  /** [vectors], no smaller than the cosine to any other centre. */
  readonly others: Float64Array;
}

/** Nothing assigned yet. */
export function unassigned(count: number): Assignment {
  return {
    labels: new Int32Array(count).fill(-1),
    own: new Float64Array(count).fill(-Infinity),
    others: new Float64Array(count).fill(Infinity),
  };
}

/**
 * Moves every vector to the centre of highest cosine and says how many moved. A tie leaves a vector where it is; a vector
 * without a label goes to the lowest index.
 *
 * A vector is skipped when its bounds show that it cannot move (Hamerly, SDM 2010, in cosines: a centre that moved by a distance
 * s changes no cosine by more than s). The result is the same as comparing with every centre.
 *
 * @param shifts [k], how far each centre moved since the last pass (Euclidean)
 */
export function assign(
  vectors: UnitVectors,
  centres: Float64Array,
  k: number,
  shifts: Float64Array,
  state: Assignment,
): number {
  const { count, width, values } = vectors;
  const { labels, own, others } = state;
  let largest = 0, runnerUp = 0, furthest = -1;
  for (let centre = 0; centre < k; centre++) {
    const shift = shifts[centre]!;
    if (shift > largest) {
      runnerUp = largest;
      largest = shift;
      furthest = centre;
    } else if (shift > runnerUp) runnerUp = shift;
  }
  const cosines = new Float64Array(k);
  let moved = 0;
  for (let row = 0; row < count; row++) {
    const label = labels[row]!;
    if (label >= 0) {
      const below = own[row]! - shifts[label]! - ROUNDING;
      const above = others[row]! + (label === furthest ? runnerUp : largest) + ROUNDING;
      others[row] = above;
      if (below >= above) {
        own[row] = below;
        continue;
      }
      own[row] = cosine(values, row, centres, label, width);
      if (own[row]! >= above) continue;
    }
    cosinesInto(cosines, values, row, centres, k, width);
    let best = label, bestCosine = label >= 0 ? cosines[label]! : -Infinity, second = -Infinity;
    for (let centre = 0; centre < k; centre++) {
      if (centre === label) continue;
      const value = cosines[centre]!;
      if (value > bestCosine) {
        second = bestCosine;
        bestCosine = value;
        best = centre;
      } else if (value > second) second = value;
    }
    own[row] = bestCosine;
    others[row] = second;
    if (best !== label) {
      labels[row] = best;
      moved++;
    }
  }
  return moved;
}

/** More than a dot product of unit vectors can lose to rounding in float64. */
const ROUNDING = 1e-12;

/**
 * Gives every empty centre one vector: the one furthest from its own centre among clusters of two and more, lowest row first.
 *
 * @returns the centres that were empty
 */
export function repairEmpty(
  vectors: UnitVectors,
  centres: Float64Array,
  k: number,
  state: Assignment,
): readonly number[] {
  const sizes = new Int32Array(k);
  for (const label of state.labels) sizes[label] = sizes[label]! + 1;
  const empty = [...sizes.keys()].filter((centre) => sizes[centre] === 0);
  for (const centre of empty) {
    let worst = -1, lowest = Infinity;
    for (let row = 0; row < vectors.count; row++) {
      const label = state.labels[row]!;
      if (sizes[label]! < 2) continue;
      const value = cosine(vectors.values, row, centres, label, vectors.width);
      if (value < lowest) {
        lowest = value;
        worst = row;
      }
    }
    const from = state.labels[worst]!;
    sizes[from] = sizes[from]! - 1;
    sizes[centre] = 1;
    state.labels[worst] = centre;
    state.own[worst] = -Infinity;
    state.others[worst] = Infinity;
  }
  return empty;
}

/** Sums of the members of every label, [k, width]. */
export function memberSums(vectors: UnitVectors, labels: Int32Array, k: number): Float64Array {
  const sums = new Float64Array(k * vectors.width);
  for (let row = 0; row < vectors.count; row++) addRow(sums, labels[row]!, vectors.values, row, vectors.width);
  return sums;
}

/**
 * Moves every centre, in place, to the direction of its members' sum; a centre whose members cancel out stays.
 *
 * @param shifts [k], filled with how far each moved (Euclidean)
 * @returns the sum over vectors of the cosine to their new centre: what k-means maximises
 */
export function moveCentres(
  vectors: UnitVectors,
  labels: Int32Array,
  centres: Float64Array,
  k: number,
  shifts: Float64Array,
): number {
  const { width } = vectors;
  const sums = memberSums(vectors, labels, k);
  let objective = 0;
  for (let centre = 0; centre < k; centre++) {
    const length = normaliseRow(sums, centre, width);
    objective += length;
    let square = 0;
    for (let at = centre * width; at < (centre + 1) * width; at++) {
      const next = length > 0 ? sums[at]! : centres[at]!;
      square += (next - centres[at]!) ** 2;
      centres[at] = next;
    }
    shifts[centre] = Math.sqrt(square);
  }
  return objective;
}
