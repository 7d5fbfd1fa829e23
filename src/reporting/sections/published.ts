/**
 * Section: our figures beside published ones.
 * @module
 */
import { bold, plain, series, table } from "../markdown.ts";
import { measure as digits, plural, signed } from "../numbers.ts";
import type { Comparison, Results } from "../types.ts";

/** Beyond so many standard errors a figure has not been met. */
const FAR = 3;

const HEADING = "## How does it compare with published figures?";

/** A table for each source and slice, and why figures are far off. Nothing where the spec names no published figures. */
export function publishedSection(results: Results): string[] {
  const { comparisons = [] } = results;
  const missing = missingWords(results, comparisons);
  if (comparisons.length === 0) return missing.length === 0 ? [] : [HEADING, ...missing];
  const seeds = [...new Set(comparisons.map(({ seeds }) => seeds))];
  const sources = [...new Set(comparisons.map(({ source }) => source))];
  return [
    HEADING,
    `${metWords(comparisons)} z counts the standard errors of the difference; ${
      seeds.length > 1
        ? "ours are means over seeds"
        : seeds[0] === 1
        ? "ours are of one seed"
        : `ours are means over ${plural(seeds[0] ?? 1, "seed")}`
    }.`,
    ...sources.flatMap((source) => {
      const those = comparisons.filter((comparison) => comparison.source === source);
      return [
        `Published: ${plain(source)}.`,
        ...[...new Set(those.map(({ slice }) => slice))].map((slice) =>
          sliceTable(slice, those.filter((comparison) => comparison.slice === slice), seeds.length > 1)
        ),
      ];
    }),
    ...missing,
    ...farWords(results, comparisons.filter(isFar)),
  ];
}

/** Whose published figures have nothing of ours beside them. */
function missingWords({ spec, runs }: Results, comparisons: readonly Comparison[]): string[] {
  const figures = (spec.report.published ?? []).filter(({ label }) => !runs.some((run) => run.label === label));
  const labels = [...new Set(figures.map(({ label }) => plain(label)))];
  const left = (spec.report.published ?? []).length - figures.length - comparisons.length;
  return [
    ...(labels.length === 0 ? [] : [
      `Not compared: ${series(labels)} ${labels.length === 1 ? "was" : "were"} not finished (${
        plural(figures.length, "published figure")
      }).`,
    ]),
    ...(left > 0 ? [`Not compared: ${plural(left, "published figure")} of slices that were not ranked.`] : []),
  ];
}

const isFar = ({ z }: Comparison): boolean => Math.abs(z) > FAR;

function metWords(comparisons: readonly Comparison[]): string {
  const far = comparisons.filter(isFar).length;
  const all = plural(comparisons.length, "figure");
  return far === 0
    ? `All ${all} ${comparisons.length === 1 ? "lies" : "lie"} within ${FAR} standard errors of the published one.`
    : `${far} of ${all} ${far === 1 ? "lies" : "lie"} more than ${FAR} standard errors from the published one.`;
}

/** One row a method, four columns a measure; z is bold where a figure is far off. */
function sliceTable(slice: string, comparisons: readonly Comparison[], withSeeds: boolean): string {
  const measures = [...new Set(comparisons.map(({ measure }) => measure))];
  const rows: { label: string; cells: Map<string, Comparison> }[] = [];
  for (const comparison of comparisons) {
    const { label, measure } = comparison;
    const row = rows.find((row) => row.label === label && !row.cells.has(measure));
    if (row === undefined) rows.push({ label, cells: new Map([[measure, comparison]]) });
    else row.cells.set(measure, comparison);
  }
  const cells = (comparison: Comparison | undefined) => {
    if (comparison === undefined) return ["–", "–", "–", "–"];
    const { ours, seeds, theirs, z } = comparison;
    return [
      digits(ours) + (withSeeds ? ` (${plural(seeds, "seed")})` : ""),
      digits(theirs),
      signed(ours - theirs),
      isFar(comparison) ? bold(signed(z, 1)) : signed(z, 1),
    ];
  };
  return table(
    [
      [`On ${slice}`, "left"],
      ...measures.flatMap((measure) =>
        [plain(measure), "published", "difference", "z"].map((title) => [title, "right"] as const)
      ),
    ],
    rows.map((row) => [plain(row.label), ...measures.flatMap((measure) => cells(row.cells.get(measure)))]),
  );
}

/** Figures that are far off, gathered by what the spec says about them. */
function farWords({ spec }: Results, far: readonly Comparison[]): string[] {
  if (far.length === 0) return [];
  const reasons = new Map<string | undefined, Comparison[]>();
  for (const comparison of far) {
    const reason = (spec.report.published ?? []).find((figure) =>
      figure.label === comparison.label && figure.slice === comparison.slice &&
      figure.measure === comparison.measure && figure.source === comparison.source &&
      figure.value === comparison.theirs
    )?.explanation;
    reasons.set(reason, [...reasons.get(reason) ?? [], comparison]);
  }
  const bullets = [...reasons].map(([reason, those]) => {
    const figures = those.map(({ label, slice, measure, z }) =>
      `${plain(label)} on ${slice} in ${plain(measure)} (${signed(z, 1)})`
    );
    return `- ${series(figures)}: ${reason === undefined ? "no reason is given." : plain(reason)}`;
  });
  return [`More than ${FAR} standard errors away, and why:`, bullets.join("\n")];
}
