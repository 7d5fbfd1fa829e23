/**
 * Where a region's centre stands on a map of sequences.
 * @module
 */
import { angleBetween } from "../regions/mod.ts";

/** Sequences that a centre's place is made of: as many as UMAP keeps a point by. */
const NEAREST = 15;

/** Where something stands on a map, without unit. */
export interface MapPlace {
  readonly x: number;
  readonly y: number;
}

/**
 * The weighted mean of the places of the 15 sequences nearest to a direction. A sequence's weight is by how much it is nearer than the
 * sixteenth, which has none: a direction that turns a little moves a little, whichever sequences are its nearest.
 *
 * @param centre [width], unit length
 * @param vectors [count][width], unit length or zero
 * @param places where these stand; at least one
 * @throws {RangeError} when there are no sequences.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { placeAmong } from "./centre_places.ts";
 *
 * const places = [{ x: 0, y: 0 }, { x: 4, y: 4 }];
 * assert.deepEqual(placeAmong([1, 0], [[1, 0], [0, 1]], places), { x: 0, y: 0 });
 * ```
 */
export function placeAmong(
  centre: ArrayLike<number>,
  vectors: readonly ArrayLike<number>[],
  places: readonly MapPlace[],
): MapPlace {
  const near = vectors.map((vector, i) => ({ angle: angleBetween(centre, vector), place: places[i]! }))
    .sort((a, b) => a.angle - b.angle);
  const edge = near[Math.min(NEAREST, near.length - 1)]?.angle;
  if (edge === undefined) throw new RangeError("Cannot place a centre on a map: no sequences are on it, wanted one");
  const nearest = near.slice(0, NEAREST);
  const total = nearest.reduce((sum, { angle }) => sum + edge - angle, 0);
  // All equally near: each counts the same.
  const weight = (angle: number) => total > 0 ? (edge - angle) / total : 1 / nearest.length;
  const mean = (of: (place: MapPlace) => number) =>
    nearest.reduce((sum, { angle, place }) => sum + weight(angle) * of(place), 0);
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
}
