/**
 * Timing: medians of repeated runs, because the machines that run this are noisy.
 * @module
 */

/** The median of a list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median milliseconds of `times` runs after `warm` unmeasured ones. */
export async function timed(run: () => Promise<void>, times: number, warm = 3): Promise<number> {
  for (let i = 0; i < warm; i++) await run();
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await run();
    taken.push(performance.now() - start);
  }
  return median(taken);
}
