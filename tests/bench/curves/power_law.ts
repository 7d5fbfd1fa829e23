/**
 * How a cost grows with a size: y = scale * x^exponent.
 * @module
 */

/** A size and what it cost; both positive. */
export interface SizeAndCost {
  readonly x: number;
  readonly y: number;
}

/** A power law through points. */
export interface PowerLaw {
  /** 1: in proportion; 2: with the square. */
  readonly exponent: number;
  /** Standard error of the exponent; undefined for two points, through which a law goes exactly. */
  readonly error?: number;
  /** The cost of size 1. */
  readonly scale: number;
  /** The exponent between the two largest sizes alone: what the next size is likely to grow by. */
  readonly last: number;
}

/**
 * Ordinary least squares on the logarithms: every point counts alike, whatever its size. Undefined where fewer than two sizes differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const law = powerLaw([10, 20, 40].map((x) => ({ x, y: 3 * x ** 2 })))!;
 * assert.deepEqual([law.exponent, law.scale, law.last].map((value) => Number(value.toFixed(9))), [2, 3, 2]);
 * ```
 */
export function powerLaw(points: readonly SizeAndCost[]): PowerLaw | undefined {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) })).sort((a, b) => a.x - b.x);
  const mean = (of: (log: SizeAndCost) => number) => logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [middleX, middleY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = logs.reduce((sum, { x }) => sum + (x - middleX) ** 2, 0);
  if (!(spread > 0)) return undefined;
  const exponent = logs.reduce((sum, { x, y }) => sum + (x - middleX) * (y - middleY), 0) / spread;
  const offset = middleY - exponent * middleX;
  const residues = logs.reduce((sum, { x, y }) => sum + (y - offset - exponent * x) ** 2, 0);
  const [before, end] = logs.slice(-2) as [SizeAndCost, SizeAndCost];
  return {
    exponent,
    ...(logs.length > 2 && { error: Math.sqrt(residues / (logs.length - 2) / spread) }),
    scale: Math.exp(offset),
    last: (end.y - before.y) / (end.x - before.x),
  };
}
