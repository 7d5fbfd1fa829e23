/**
 * Loss curves as charts draw them.
 * @module
 */

/** A place on a curve: optimiser step and loss. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** Points drawn of a curve. */
const POINTS = 40;

/** Means of about equally many neighbouring points, at most 40 of them: single batches jump about. */
export function smooth(steps: readonly number[], values: readonly number[]): CurvePoint[] {
  const count = Math.min(POINTS, steps.length);
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor(i * steps.length / count), Math.floor((i + 1) * steps.length / count)];
    const mean = (of: readonly number[]) => of.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    return { x: mean(steps), y: mean(values) };
  });
}

/** What a point of these curves is. */
export function grainWords(curves: readonly { readonly steps: readonly number[] }[]): string {
  return curves.some(({ steps }) => steps.length > POINTS)
    ? "means of neighbouring steps, where there are many"
    : "step by step; an epoch's last batch may be small";
}

/** From the lowest loss to the highest, and a little more on both sides. */
export function lossRange(curves: readonly (readonly CurvePoint[])[]): { readonly min: number; readonly max: number } {
  const values = curves.flatMap((points) => points.map(({ y }) => y));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(.06 * (high - low), 1e-3);
  return { min: Math.max(0, low - margin), max: high + margin };
}
