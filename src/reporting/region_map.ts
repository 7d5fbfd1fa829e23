/**
 * A layout of sequence representations in two dimensions, for the map of regions.
 * @module
 */
import { UMAP } from "umap-js";

/** Neighbours that keep a point's place: UMAP's own default. */
const NEIGHBOURS = 15;
const EPOCHS = 300;

/** Fewer points have no neighbourhoods to keep. */
const FEWEST = 5;

/**
 * Lays vectors out by UMAP (McInnes et al., 2018), centred, the farthest coordinate at 1. The same vectors and seed give the same layout.
 * On unit vectors the Euclidean distance used here orders neighbours as the angle does. Meant for some hundred vectors: 600 take about a second.
 *
 * @param vectors [count][width]; rows must be finite.
 * @returns x and y, [count] each, without unit. Fewer than five vectors are laid out on a line.
 * @throws {RangeError} when a vector holds a number that is not finite.
 */
export function regionMap(
  vectors: readonly ArrayLike<number>[],
  seed: number,
): { readonly x: readonly number[]; readonly y: readonly number[] } {
  const rows = vectors.map((vector) => Array.from(vector));
  const broken = rows.findIndex((row) => !row.every(Number.isFinite));
  if (broken >= 0) throw new RangeError(`Cannot lay out vectors: vector ${broken} holds a number that is not finite`);
  const places = rows.length < FEWEST ? rows.map((_, i) => [i, 0]) : new UMAP({
    nNeighbors: Math.min(NEIGHBOURS, rows.length - 1),
    nEpochs: EPOCHS,
    random: generator(seed),
  }).fit(rows);
  const x = centred(places.map(([x]) => x ?? 0));
  const y = centred(places.map(([, y]) => y ?? 0));
  const largest = Math.max(...x.map(Math.abs), ...y.map(Math.abs)) || 1;
  return { x: x.map((value) => value / largest), y: y.map((value) => value / largest) };
}

function centred(values: readonly number[]): number[] {
  if (values.length === 0) return [];
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  return values.map((value) => value - middle);
}

/** Mulberry32: UMAP asks for a plain function that gives numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
