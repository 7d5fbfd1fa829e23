/** Vectors for the tests of regions, drawn by the engine's streams. */
import { stream } from "../../src/engine/random.ts";
import {
  type Decision,
  decisionAt,
  type Decisions,
  inMemory,
  type UnitVectors,
  unitVectors,
} from "../../src/regions/mod.ts";

/** Random directions. */
export function directions(seed: number, count: number, width: number): UnitVectors {
  const values = new Float32Array(count * width);
  stream(seed, "directions").fillNormal(values);
  return unitVectors(values, width);
}

/** `each` vectors around every centre; `spread` is the deviation of each coordinate before normalising. */
export function clouds(
  seed: number,
  centres: readonly (readonly number[])[],
  each: number,
  spread: number,
): UnitVectors {
  const width = centres[0]!.length;
  const draws = stream(seed, "clouds");
  const values = centres.flatMap((centre) =>
    Array.from({ length: each }, () => centre.map((value) => value + spread * draws.normal())).flat()
  );
  return unitVectors(values, width);
}

/** The rows in another order. */
export function permuted(vectors: UnitVectors, order: ArrayLike<number>): UnitVectors {
  const { width } = vectors;
  const values = new Float32Array(vectors.values.length);
  for (let row = 0; row < order.length; row++) {
    values.set(vectors.values.subarray(order[row]! * width, (order[row]! + 1) * width), row * width);
  }
  return inMemory(values, width);
}

/** What a gate says of each of many sequences. */
export const listed = (decisions: Decisions): Decision[] =>
  Array.from({ length: decisions.count }, (_, row) => decisionAt(decisions, row));

/** Unit vectors along the axes of R^width. */
export function axis(width: number, index: number, sign = 1): number[] {
  return Array.from({ length: width }, (_, j) => j === index ? sign : 0);
}
