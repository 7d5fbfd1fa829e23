/**
 * Section: methods that could not be finished.
 * @module
 */
import { code, plain, table } from "../markdown.ts";
import { plural } from "../numbers.ts";
import type { Results } from "../types.ts";

/** Nothing where every method was finished. */
export function failuresSection({ failures = [] }: Results): string[] {
  if (failures.length === 0) return [];
  const rows = failures.map(({ label, seed, reason, batch }) => [
    plain(label),
    `${seed}`,
    plain(reason),
    batch === undefined ? "" : code(batch),
  ]);
  const methods = new Set(failures.map(({ label }) => label)).size;
  return [
    "## What failed?",
    `${plural(failures.length, "run")} of ${methods === 1 ? "a method" : plural(methods, "method")} could not be ` +
    `finished. Nothing of ${failures.length === 1 ? "it" : "them"} is in the tables: they hold what was finished. ` +
    "Where a loss is no finite number, a lower learning rate or clipping is the usual cure.",
    table([
      ["Method", "left"],
      ["Seed", "right"],
      ["Why", "left"],
      ["Batch of that step", "left"],
    ], rows),
  ];
}
