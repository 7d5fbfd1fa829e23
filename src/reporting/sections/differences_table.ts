/**
 * Tables: each method's difference to the method the spec names, and to the backbone as it was, with intervals and tests.
 * @module
 */
import type { DifferenceEvidence } from "../../evaluation/evidence.ts";
import { SIGNIFICANT } from "../../spec/evidence_checks.ts";
import { bold, plain, table } from "../markdown.ts";
import { pWords, signed } from "../numbers.ts";
import { sliceNames } from "../summary.ts";
import { sawEvaluated } from "../suspicions.ts";
import type { Results } from "../types.ts";

/** A table for each method compared with, in the measure of the report; nothing where nothing was tested. */
export function differencesTables(results: Results): string[] {
  const { evidence } = results;
  if (evidence === undefined || evidence.differences.length === 0) return [];
  const discounted = sawEvaluated(results);
  const slices = sliceNames(results);
  const to = [...new Set(evidence.differences.map(({ to }) => to))];
  const tables = to.map((reference) => {
    const own = evidence.differences.filter((difference) => difference.to === reference);
    const labels = [...new Set(own.map(({ label }) => label))];
    const rows = labels.map((label) => {
      const cells = slices.map((slice) => own.find((each) => each.label === label && each.slice === slice));
      const counts = !discounted.includes(label) && !discounted.includes(reference);
      return [plain(label), ...cells.map((cell) => difference(cell, evidence.measure, counts))];
    });
    const titles = slices.map((slice) => [`${plain(evidence.measure)}<br>${slice}`, "right"] as const);
    return table([[`Less ${plain(reference)}`, "left"], ...titles], rows);
  });
  return [
    ...tables,
    `Differences with their 95\u202f% intervals over users, both methods on the same resamples and over the seeds both have. Bold is significant: p, which is Holm-corrected over ${
      to.length > 1 ? "all these tables" : "the table"
    }, is below ${SIGNIFICANT}.`,
  ];
}

/** A cell of such a table: the value, bold where significant, its interval, and p; "–" where there is none. */
export function difference(found: DifferenceEvidence | undefined, measure: string, counts: boolean): string {
  const [value, interval] = [found?.values[measure], found?.intervals[measure]];
  if (found === undefined || value === undefined || interval === undefined) return "–";
  const text = signed(value);
  return [
    counts && found.pHolm < SIGNIFICANT ? bold(text) : text,
    `[${interval.map((end) => signed(end)).join(", ")}]`,
    pWords(found.pHolm),
  ].join("<br>");
}
