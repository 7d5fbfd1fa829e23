/**
 * Nearest centres: the half of a k-means iteration that costs most, written for speed.
 * @module
 */
import type { Products, VectorRows } from "./types.ts";
import { addRow, cosine, cosinesInto } from "./unit_vectors.ts";
import { readRow } from "./vector_rows.ts";

/** Labels under way, with bounds that spare most dot products. */
export interface Assignment {
  /** [vectors], the nearest centre; -1 before the first pass. */
  readonly labels: Int32Array;
  /** [vectors], no larger than the cosine to the own centre. */
  readonly own: Float64Array;
  /** [vectors], no smaller than the cosine to any other centre. */
  readonly others: Float64Array;
  /** [k, width], sums of members, kept as vectors move; undefined: nobody keeps them. */
  readonly sums: Float64Array | undefined;
}

/** Nothing assigned yet. */
export function unassigned(count: number, sums?: Float64Array): Assignment {
  return {
    labels: new Int32Array(count).fill(-1),
    own: new Float64Array(count).fill(-Infinity),
    others: new Float64Array(count).fill(Infinity),
    sums,
  };
}

/** Where centres are, and how they came there. */
export interface Centres {
  /** k. */
  readonly count: number;
  /** [k, width], unit rows. */
  readonly values: Float64Array;
  /** [k], how far each moved since the last pass (Euclidean). */
  readonly shifts: Float64Array;
}

/**
 * Moves every vector to the centre of highest cosine and says how many moved. A tie leaves a vector where it is; a vector
 * without a label goes to the lowest index.
 *
 * A vector is skipped when its bounds show that it cannot move (Hamerly, SDM 2010, in cosines: a centre that moved by a distance
 * s changes no cosine by more than s). Where many of a block are left, an engine's float32 products say which centre is nearest, and vectors
 * that lie closer to two centres than float32 can tell apart are compared in float64. The result is the same as comparing with every
 * centre in float64.
 *
 * @param products left out: all is compared here
 */
export async function assign(
  rows: VectorRows,
  centres: Centres,
  state: Assignment,
  products?: Products,
): Promise<number> {
  const { width, block } = rows;
  const narrow = Float32Array.from(centres.values);
  let moved = 0;
  for (let from = 0; from < rows.count; from += block) {
    const to = Math.min(from + block, rows.count);
    const left = undecided(from, to, centres, state);
    if (left.length === 0) continue;
    const values = await rows.read(from, to);
    const few = left.length < MANY * (to - from) || left.length * centres.count < WORTHWHILE;
    const exact = compared(values, centres, state, width);
    const search = few || products === undefined
      ? exact
      : screened(await products.of(values, narrow, width), centres.count, state, float32Error(width, products), exact);
    for (const row of left) {
      const before = state.labels[row]!;
      const label = search(row, row - from);
      if (label === before) continue;
      if (state.sums !== undefined) {
        if (before >= 0) addRow(state.sums, before, values, row - from, width, -1);
        addRow(state.sums, label, values, row - from, width);
      }
      state.labels[row] = label;
      moved++;
    }
  }
  return moved;
}

/** Share of a block from which an engine's products of all of it are faster than comparing its vectors one by one. */
const MANY = 0.2;

/** Cosines from which on it is worth asking an engine at all. */
const WORTHWHILE = 2 ** 14;

/** More than a dot product of unit vectors can lose to rounding in float64. */
const ROUNDING = 1e-12;

/** Loosens the bounds of rows [from, to) by how far centres moved, and gives the rows that they leave undecided. */
function undecided(from: number, to: number, { count, shifts }: Centres, { labels, own, others }: Assignment) {
  let largest = 0, runnerUp = 0, furthest = -1;
  for (let centre = 0; centre < count; centre++) {
    const shift = shifts[centre]!;
    if (shift > largest) {
      runnerUp = largest;
      largest = shift;
      furthest = centre;
    } else if (shift > runnerUp) runnerUp = shift;
  }
  const left = new Int32Array(to - from);
  let size = 0;
  for (let row = from; row < to; row++) {
    const label = labels[row]!;
    if (label >= 0) {
      own[row] = own[row]! - shifts[label]! - ROUNDING;
      others[row] = others[row]! + (label === furthest ? runnerUp : largest) + ROUNDING;
      if (own[row]! >= others[row]!) continue;
    }
    left[size++] = row;
  }
  return left.subarray(0, size);
}

/** Finds a row's nearest centre and sets its bounds; `place` is the row's in its block. */
type Search = (row: number, place: number) => number;

/** In float64, the own centre first: often its cosine alone shows that the vector stays. */
function compared(values: Float32Array, centres: Centres, { labels, own, others }: Assignment, width: number): Search {
  const { count } = centres;
  const cosines = new Float64Array(count);
  return (row, place) => {
    const label = labels[row]!;
    if (label >= 0) {
      own[row] = cosine(values, place, centres.values, label, width);
      if (own[row]! >= others[row]!) return label;
    }
    cosinesInto(cosines, values, place, centres.values, count, width);
    let best = label, highest = label >= 0 ? cosines[label]! : -Infinity, second = -Infinity;
    for (let centre = 0; centre < count; centre++) {
      if (centre === label) continue;
      const value = cosines[centre]!;
      if (value > highest) {
        second = highest;
        highest = value;
        best = centre;
      } else if (value > second) second = value;
    }
    own[row] = highest;
    others[row] = second;
    return best;
  };
}

/** By float32 products, [rows, count], each of which is off by `off` at most; vectors for which that leaves a doubt are searched exactly. */
function screened(
  products: Float32Array,
  count: number,
  { own, others }: Assignment,
  off: number,
  exact: Search,
): Search {
  return (row, place) => {
    let best = -1, highest = -Infinity, second = -Infinity;
    for (let centre = 0, at = place * count; centre < count; centre++, at++) {
      const value = products[at]!;
      if (value > highest) {
        second = highest;
        highest = value;
        best = centre;
      } else if (value > second) second = value;
    }
    if (!(highest - second > 2 * off)) return exact(row, place);
    own[row] = highest - off;
    others[row] = second + off;
    return best;
  };
}

/**
 * How far a float32 product of two unit vectors may be from their cosine.
 *
 * A dot product of d numbers is off by at most d u / (1 - d u) times the sum of its terms' sizes, in whatever order they are added up (Higham,
 * Accuracy and Stability of Numerical Algorithms, section 3.1), and that sum is at most 1. Here u is 2^-23, so that an engine may cut off where
 * it should round. Before that, both numbers of a term may move by the rounding. A hundredth more is room for lengths that are 1 up to rounding.
 */
export const float32Error = (width: number, { rounding }: Pick<Products, "rounding">): number =>
  1.01 * (width * 2 ** -23 + 2 * rounding);

/**
 * Gives every empty centre one vector: the one furthest from its own centre among clusters of two and more, lowest row first.
 *
 * @returns the centres that were empty
 */
export async function repairEmpty(rows: VectorRows, centres: Centres, state: Assignment): Promise<readonly number[]> {
  const sizes = new Int32Array(centres.count);
  for (const label of state.labels) sizes[label] = sizes[label]! + 1;
  const empty = [...sizes.keys()].filter((centre) => sizes[centre] === 0);
  for (const centre of empty) {
    const worst = await furthest(rows, centres.values, state.labels, sizes);
    const from = state.labels[worst]!;
    sizes[from] = sizes[from]! - 1;
    sizes[centre] = 1;
    if (state.sums !== undefined) {
      const vector = await readRow(rows, worst);
      addRow(state.sums, from, vector, 0, rows.width, -1);
      addRow(state.sums, centre, vector, 0, rows.width);
    }
    state.labels[worst] = centre;
    state.own[worst] = -Infinity;
    state.others[worst] = Infinity;
  }
  return empty;
}

async function furthest(rows: VectorRows, centres: Float64Array, labels: Int32Array, sizes: Int32Array) {
  let worst = -1, lowest = Infinity;
  for (let from = 0; from < rows.count; from += rows.block) {
    const to = Math.min(from + rows.block, rows.count);
    const values = await rows.read(from, to);
    for (let row = from; row < to; row++) {
      const label = labels[row]!;
      if (sizes[label]! < 2) continue;
      const value = cosine(values, row - from, centres, label, rows.width);
      if (value < lowest) {
        lowest = value;
        worst = row;
      }
    }
  }
  return worst;
}
