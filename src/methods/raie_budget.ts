/**
 * How a given number of optimiser steps is divided among regions' adapters (method.md 7, `budget: "matched"`).
 * @module
 */

/**
 * Steps for each set in proportion to its rows, at least one each: together `total`, or one each where `total` is smaller than that. What is left
 * of whole steps goes to the largest remainders, of equals to the first.
 *
 * @param rows of every set, each above 0
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shareSteps } from "./raie_budget.ts";
 * assert.deepEqual(shareSteps(10, [50, 30, 1]), [6, 3, 1]);
 * assert.deepEqual(shareSteps(0, [50, 30]), [1, 1]);
 * ```
 */
export function shareSteps(total: number, rows: readonly number[]): number[] {
  const steps = rows.map(() => 1);
  let left = Math.max(total, rows.length);
  let open = [...rows.keys()];
  let sum = 0;
  // Sets whose share is less than a step get the one; the others divide what that leaves, which may bring more of them below one.
  while (true) {
    sum = open.reduce((sum, set) => sum + rows[set]!, 0);
    const enough = open.filter((set) => left * rows[set]! >= sum);
    if (enough.length === open.length) break;
    left -= open.length - enough.length;
    open = enough;
  }
  for (const set of open) steps[set] = Math.floor(left * rows[set]! / sum);
  const over = left - open.reduce((sum, set) => sum + steps[set]!, 0);
  const remainder = (set: number) => (left * rows[set]!) % sum;
  open.sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const set of open.slice(0, over)) steps[set] = steps[set]! + 1;
  return steps;
}
