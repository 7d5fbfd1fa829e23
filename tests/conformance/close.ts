/** Comparing tensors with values that other programs computed. */
import assert from "node:assert/strict";

/**
 * Every value within `tolerance` of the largest magnitude of what is expected.
 *
 * @param least Least magnitude to compare with: for gradients that are 0 but for rounding (a key's bias cannot change a softmax).
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
  least = 1e-12,
): void {
  assert.equal(actual.length, expected.length, `${what}: sizes differ`);
  const scale = Math.max(least, ...Array.from(expected, Math.abs));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!) / scale;
    if (!(off <= worst)) worst = off;
  }
  assert.ok(worst <= tolerance, `${what}: off by ${worst} of its largest magnitude, allowed ${tolerance}`);
}

/** Largest magnitude of a set of values. */
export const largest = (values: Iterable<ArrayLike<number>>): number =>
  Math.max(...Array.from(values, (each) => Math.max(...Array.from(each, Math.abs))));

/** The same at chosen rows of `width` numbers. */
export function assertCloseAt(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  rows: readonly number[],
  width: number,
  tolerance: number,
  what: string,
): void {
  const pick = (values: ArrayLike<number>) =>
    rows.flatMap((row) => Array.from({ length: width }, (_, c) => values[row * width + c]!));
  assertClose(pick(actual), pick(expected), tolerance, what);
}
