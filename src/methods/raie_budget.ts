/**
 * How a given number of optimiser steps is divided among regions' adapters (method.md 7, `budget: "matched"`).
 * @module
 */

/**
 * Steps for each set in proportion to those it would take by its own epochs, at least one each: together `total`, or one each where `total` is
 * smaller than that. What is left of whole steps goes to the largest remainders, of equals to the first. Sets that take `total` steps by themselves
 * keep theirs, so that an ablation which happens to change no set is trained as the yardstick is.
 *
 * @param own steps of every set by its epochs, each above 0
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shareSteps } from "./raie_budget.ts";
 * assert.deepEqual(shareSteps(10, [50, 30, 1]), [6, 3, 1]);
 * assert.deepEqual(shareSteps(0, [50, 30]), [1, 1]);
 * ```
 */
export function shareSteps(total: number, own: readonly number[]): number[] {
  const steps = own.map(() => 1);
  let left = Math.max(total, own.length);
  let open = [...own.keys()];
  let sum = 0;
  // Sets whose share is less than a step get the one; the others divide what that leaves, which may bring more of them below one.
  while (true) {
    sum = open.reduce((sum, set) => sum + own[set]!, 0);
    const enough = open.filter((set) => left * own[set]! >= sum);
    if (enough.length === open.length) break;
    left -= open.length - enough.length;
    open = enough;
  }
  for (const set of open) steps[set] = Math.floor(left * own[set]! / sum);
  const over = left - open.reduce((sum, set) => sum + steps[set]!, 0);
  const remainder = (set: number) => (left * own[set]!) % sum;
  open.sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const set of open.slice(0, over)) steps[set] = steps[set]! + 1;
  return steps;
}
