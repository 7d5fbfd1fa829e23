/**
 * Section: our figures beside published ones.
 * @module
 */
import { plain, table } from "../markdown.ts";
import { fixed, measure as digits, plural, signed } from "../numbers.ts";
import type { Results } from "../types.ts";

/** Beyond so many standard errors a figure has not been met. */
const FAR = 3;

/** Nothing where the spec names no published figures. */
export function publishedSection({ comparisons = [] }: Results): string[] {
  if (comparisons.length === 0) return [];
  const far = comparisons.filter(({ z }) => Math.abs(z) > FAR).length;
  const rows = comparisons.map(({ label, slice, measure, ours, seeds, theirs, z, source }) => [
    plain(label),
    slice,
    plain(measure),
    `${digits(ours)} (${plural(seeds, "seed")})`,
    digits(theirs),
    signed(ours - theirs),
    signed(z, 1),
    plain(source),
  ]);
  const met = far === 0
    ? `All ${plural(comparisons.length, "figure")} ${
      comparisons.length === 1 ? "lies" : "lie"
    } within ${FAR} standard errors of the published one.`
    : `${fixed(far, 0)} of ${plural(comparisons.length, "figure")} ${
      far === 1 ? "lies" : "lie"
    } more than ${FAR} standard errors from the published one.`;
  return [
    "## How does it compare with published figures?",
    met,
    table([
      ["Method", "left"],
      ["Slice", "left"],
      ["Measure", "left"],
      ["Ours", "right"],
      ["Published", "right"],
      ["Difference", "right"],
      ["z (standard errors)", "right"],
      ["Source", "left"],
    ], rows),
  ];
}
