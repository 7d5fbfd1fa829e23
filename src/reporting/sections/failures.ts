/**
 * Section: methods that could not be finished.
 * @module
 */
import { code, plain, table } from "../markdown.ts";
import { count, plural } from "../numbers.ts";
import type { Results } from "../types.ts";

/** Nothing where every method was finished. */
export function failuresSection({ failures = [] }: Results): string[] {
  if (failures.length === 0) return [];
  const rows = failures.map(({ label, seed, training, step, loss, batch }) => [
    plain(label),
    `${seed}`,
    plain(training),
    count(step),
    plain(loss),
    code(batch),
  ]);
  return [
    "## What failed?",
    `${
      plural(failures.length, "training")
    } came to a loss that is no finite number and stopped there. Nothing of it is in the tables: they hold ` +
    "what was finished. A lower learning rate or clipping is the usual cure.",
    table([
      ["Method", "left"],
      ["Seed", "right"],
      ["Training", "left"],
      ["Step", "right"],
      ["Loss", "left"],
      ["Batch of that step", "left"],
    ], rows),
  ];
}
