/**
 * The paired permutation test over users (Fisher, "The design of experiments", 1935): if two methods were alike, a user's difference might as
 * well have had the other sign.
 * @module
 */
import { stream } from "../engine/random.ts";

/** Users whose signs one byte holds. */
const GROUP = 8;
const PATTERNS = 1 << GROUP;

/**
 * Sums of each column with signs drawn at random, user by user: [columns][flips]. One draw's signs serve all columns; since a sum is linear, the
 * difference of two columns' sums is the sum of their users' differences under those signs.
 *
 * @param columns each [users]: sums over a user's windows of one method, averaged over seeds
 */
export function flippedSums(
  columns: readonly Float64Array[],
  flips: number,
  { seed = 0, purpose = "sign flips" }: { readonly seed?: number; readonly purpose?: string } = {},
): Float64Array[] {
  const users = columns[0]?.length ?? 0;
  const sums = columns.map(() => new Float64Array(flips));
  const table = new Float64Array(PATTERNS);
  const words = Math.ceil(flips / 4);
  for (let from = 0; from < users; from += GROUP) {
    const patterns = new Uint8Array(stream(seed, purpose, from / GROUP).int32(words).buffer);
    columns.forEach((column, index) => {
      signedSums(column.subarray(from, from + GROUP), table);
      const own = sums[index]!;
      for (let flip = 0; flip < flips; flip++) own[flip] = own[flip]! + table[patterns[flip]!]!;
    });
  }
  return sums;
}

/** The sum of up to eight values under every pattern of signs, a set bit for minus. */
function signedSums(values: Float64Array, table: Float64Array): void {
  table[0] = values.reduce((sum, value) => sum + value, 0);
  for (let bit = 0; bit < GROUP; bit++) {
    const twice = 2 * (values[bit] ?? 0);
    for (let pattern = 0; pattern < 1 << bit; pattern++) table[pattern | 1 << bit] = table[pattern]! - twice;
  }
}

/**
 * The two-sided p of two methods from their {@linkcode flippedSums}: the share of sign draws, the data's own among them, whose difference is at
 * least as far from 0 (Phipson and Smyth 2010: never 0, at least 1 / (flips + 1)).
 *
 * @param first [users], the one method's sums
 * @param second [users], the other's
 * @param flipped of the two, in the same order
 */
export function permutationP(
  first: Float64Array,
  second: Float64Array,
  [flippedFirst, flippedSecond]: readonly [Float64Array, Float64Array],
): number {
  let [difference, size] = [0, 0];
  first.forEach((value, user) => {
    difference += value - second[user]!;
    size += Math.abs(value) + Math.abs(second[user]!);
  });
  // Sums taken in another order differ in their last digits; draws that are equal in truth must count.
  const least = Math.abs(difference) - 1e-12 * size;
  let beyond = 1;
  flippedFirst.forEach((value, flip) => {
    if (Math.abs(value - flippedSecond[flip]!) >= least) beyond++;
  });
  return beyond / (flippedFirst.length + 1);
}
