/**
 * Results side by side as Markdown that a program can post as a comment: nothing in it depends on time or machine.
 * @module
 */
import { code, folded, plain, series, table } from "../markdown.ts";
import { fixed, measure as digits, signed } from "../numbers.ts";
import { mainMeasures } from "../sections/methods_table.ts";
import type { Differing } from "./differing.ts";
import { shown } from "./shown.ts";
import type { FigureDifference, MeasureRow, SideBySide } from "./side_by_side.ts";

/** Below this figures are the same: results.json has six decimals. */
const SAME = 5e-7;

/** The comparison, specs first. */
export function sideBySideMarkdown(compared: SideBySide): string {
  const { all, spec, data, engine, measures } = compared;
  const letters = all.map((_, index) => letter(index));
  const main = mainMeasures(all[0]!.results);
  const rows = (slice: string, wanted: (measure: string) => boolean) =>
    measures.filter((row) => row.slice === slice && wanted(row.measure));
  const others = (slice: string) => rows(slice, (measure) => !main.includes(measure));
  const tableOf = (some: readonly MeasureRow[]) => some.length === 0 ? [] : [measuresTable(some, letters)];
  return [
    `## ${
      series(all.map(({ results }) => plain(results.spec.title)).filter((title, i, list) => list.indexOf(title) === i))
    }`,
    all.map(({ path }, i) => `- **${letters[i]}**: ${code(path)}`).join("\n"),
    summary(compared, letters),
    "### Specs",
    differences(spec, letters, "The specs are the same."),
    "### Data",
    differences(data, letters, "The data are the same."),
    ...(data.length === 0 ? [] : ["Figures of other data are not of the same windows: a difference may be theirs."]),
    "### Engine",
    differences(engine, letters, "Engine, versions, device and threads are the same."),
    ...failures(compared, letters),
    ...["T", "S"].flatMap((slice) => [
      `### ${slice === "T" ? "T: what was adapted to" : "S: what was kept"}`,
      ...tableOf(rows(slice, (measure) => main.includes(measure))),
      ...(others(slice).length === 0 ? [] : folded(`All measures on ${slice}`, tableOf(others(slice)))),
    ]),
    "Means over seeds. A difference is to **A**; in brackets it is in standard errors over users (over windows in results without intervals), as if both figures were independent, which those of the same users are not: it lies on the safe side.",
  ].join("\n\n") + "\n";
}

/** A to Z, then by number. */
const letter = (index: number): string => index < 26 ? String.fromCharCode(65 + index) : `${index + 1}`;

/** The answer in a line: whether anything differs, and where most. */
function summary({ measures }: SideBySide, letters: readonly string[]): string {
  const moved = measures.flatMap(({ slice, label, measure, differences }) =>
    differences.flatMap((difference, i) =>
      difference === undefined || Math.abs(difference.value) < SAME
        ? []
        : [{ where: `${plain(label)} on ${slice} in ${measure}, ${letters[i + 1]}`, difference }]
    )
  );
  const missing = measures.some(({ figures }) => figures.includes(undefined));
  const alone = missing ? " Some methods or measures are not in all of them." : "";
  const [first, ...rest] = moved.toSorted((a, b) => weight(b.difference) - weight(a.difference));
  if (first === undefined) return `No measure on S or T differs.${alone}`;
  return `${rest.length + 1} ${rest.length === 0 ? "measure" : "measures"} on S and T ${
    rest.length === 0 ? "differs" : "differ"
  }; most: ${first.where}: ${differenceText(first.difference)}.${alone}`;
}

const weight = ({ value, errors }: FigureDifference): number => Math.abs(errors ?? 0) + Math.abs(value) * 1e-6;

function differences(found: readonly Differing[], letters: readonly string[], none: string): string {
  if (found.length === 0) return none;
  const titles = letters.map((letter) => [letter, "left"] as const);
  return table(
    [["Field", "left"], ...titles],
    found.map((
      { place, values },
    ) => [code(place), ...values.map((value) => value === undefined ? "–" : code(shown(value)))]),
  );
}

function failures({ all }: SideBySide, letters: readonly string[]): string[] {
  const lines = all.flatMap(({ results }, i) =>
    (results.failures ?? []).map(({ label, seed, reason }) =>
      `- **${letters[i]}**: ${plain(label)}, seed ${seed}, was not finished: ${plain(reason)}`
    )
  );
  return lines.length === 0 ? [] : ["### Failures", lines.join("\n")];
}

function measuresTable(rows: readonly MeasureRow[], letters: readonly string[]): string {
  const [, ...others] = letters;
  return table(
    [
      ["Method", "left"],
      ["Measure", "left"],
      ...letters.map((letter) => [letter, "right"] as const),
      ...others.map((letter) => [`${letter} less A`, "right"] as const),
    ],
    rows.map(({ label, measure, figures, differences }) => [
      plain(label),
      plain(measure),
      ...figures.map((figure) => figure === undefined ? "–" : digits(figure.mean)),
      ...differences.map((difference) => difference === undefined ? "–" : differenceText(difference)),
    ]),
  );
}

function differenceText({ value, errors }: FigureDifference): string {
  if (Math.abs(value) < SAME) return "=";
  return errors === undefined ? signed(value) : `${signed(value)} (${fixed(errors, 1)})`;
}
