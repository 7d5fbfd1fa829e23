/**
 * Learning rates over the steps of a training.
 * @module
 */

/** What follows the warm-up: the full rate, or a line down to 0 at the end. */
export type Decay = "constant" | "linear";

/**
 * The learning rate of step `index` of `total` (from 0): a line from 0 up to `rate` over the first `warmup` share of the steps, then `decay`.
 * With "linear" it is transformers' `get_linear_schedule_with_warmup`, with "constant" its `get_constant_schedule_with_warmup`.
 *
 * The number of warm-up steps is rounded up, as transformers does with a ratio.
 *
 * @throws {RangeError} when `warmup` is not in 0..1 or `index` not in 0..total - 1.
 * @example
 * ```ts
 * import { scheduledRate } from "./schedule.ts";
 * console.assert(scheduledRate(1, 5, 100, 0.1) === 0.5 && scheduledRate(1, 55, 100, 0.1, "linear") === 0.5);
 * ```
 */
export function scheduledRate(
  rate: number,
  index: number,
  total: number,
  warmup: number,
  decay: Decay = "constant",
): number {
  if (!(warmup >= 0 && warmup <= 1)) {
    throw new RangeError(`Cannot schedule a learning rate: warm-up is ${warmup}, a share from 0 to 1 is needed`);
  }
  if (!(index >= 0 && index < total)) {
    throw new RangeError(`Cannot schedule a learning rate: step ${index} is not among ${total} steps`);
  }
  const warmupSteps = Math.ceil(warmup * total);
  if (index < warmupSteps) return rate * index / warmupSteps;
  if (decay === "constant") return rate;
  return rate * (total - index) / Math.max(1, total - warmupSteps);
}
