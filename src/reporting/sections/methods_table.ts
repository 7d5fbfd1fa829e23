/**
 * Tables of measures: the main ones for everybody, all of them folded away.
 * @module
 */
import { bold, folded, plain, table } from "../markdown.ts";
import { measure as digits, signed } from "../numbers.ts";
import {
  average,
  type Figure,
  figureOf,
  hasSeveralSeeds,
  methodSummaries,
  type MethodSummary,
  sliceNames,
} from "../summary.ts";
import { sawEvaluated } from "../suspicions.ts";
import type { Results } from "../types.ts";

/** The measure of the spec and its counterpart at the same cut-off: Recall@10 and NDCG@10. */
export function mainMeasures({ spec, runs }: Results): string[] {
  const { measure } = spec.report;
  const other = measure.startsWith("NDCG@") ? measure.replace("NDCG", "Recall") : measure.replace("Recall", "NDCG");
  const known = runs[0]?.measures.S;
  return [...new Set([measure, other])].filter((each) => known?.[each] !== undefined);
}

/** One row a method: retention on S, every F slice and T in the main measures, and what adapting changed on S. The best of a column is bold. */
export function methodsTable(results: Results): string {
  const methods = methodSummaries(results);
  const columns = mainMeasures(results).flatMap((measure) => sliceNames(results).map((slice) => ({ measure, slice })));
  const judged = counted(methods, sawEvaluated(results));
  const figures = columns.map(({ measure, slice }) =>
    best(methods.map((method) => figureOf(results, method, slice, measure)), judged)
  );
  return table(
    [
      ["Method", "left"],
      ...columns.map(({ measure, slice }) => [`${measure}<br>${slice}${role(slice)}`, "right"] as const),
      ["Change on S<br>by adapting", "right"],
    ],
    methods.map((method, i) => [plain(method.label), ...figures.map((column) => column[i] ?? "–"), forgetting(method)]),
  );
}

/** Every measure of every method on every slice, folded. */
export function allMeasures(results: Results): string[] {
  const methods = methodSummaries(results);
  const measures = [
    ...new Set(results.runs.flatMap(({ measures }) => Object.values(measures).flatMap((of) => Object.keys(of)))),
  ];
  const judged = counted(methods, sawEvaluated(results));
  const blocks = sliceNames(results).flatMap((slice) => {
    const columns = measures.map((measure) =>
      best(methods.map((method) => figureOf(results, method, slice, measure)), judged)
    );
    const titles = measures.map((measure) => [plain(measure), "right"] as const);
    const rows = methods.map((method, i) => [plain(method.label), ...columns.map((column) => column[i] ?? "–")]);
    return [`**${slice}**`, table([["Method", "left"], ...titles], rows)];
  });
  return folded("All measures at all cut-offs", blocks);
}

const role = (slice: string) => slice === "S" ? " (kept)" : slice === "T" ? " (adapted)" : "";

const counted = (methods: readonly MethodSummary[], discounted: readonly string[]): boolean[] =>
  methods.map(({ label }) => !discounted.includes(label));

/** Cells of a column; all that show the largest of the figures that count are bold, if not all are the same. */
function best(figures: readonly (Figure | undefined)[], counts: readonly boolean[]): string[] {
  const shown = figures.map((figure) => figure === undefined ? "–" : digits(figure.mean));
  const rated = shown.map((text, i) => counts[i] === true && text !== "–" ? Number(text) : -Infinity);
  const largest = Math.max(...rated);
  const same = new Set(shown).size < 2;
  return figures.map((figure, i) => {
    const text = shown[i] ?? "–";
    const error = figure?.overSeeds === true ? ` ± ${digits(figure.error)}` : "";
    return !same && rated[i] === largest && text !== "–" ? `${bold(text)}${error}` : `${text}${error}`;
  });
}

const forgetting = ({ kind, runs }: MethodSummary): string =>
  kind === "base" ? "–" : signed(average(runs.map(({ forgetting }) => forgetting)));

/** One method alone is not the best of anything. */
const boldWords = (results: Results): string =>
  methodSummaries(results).length > 1 ? "; the best of a column is bold" : "";

/** What the ± of the tables means, or how large an error to think of where there is none. */
export function errorWords(results: Results): string {
  if (hasSeveralSeeds(results)) {
    const alone = methodSummaries(results).some(({ runs }) => runs.length === 1);
    return `Means over seeds ± one standard error over seeds${
      alone ? " (none where one seed alone was finished)" : ""
    }${boldWords(results)}.`;
  }
  const [first] = methodSummaries(results);
  const { measure } = results.spec.report;
  const errors = first === undefined
    ? []
    : ["S", "T"].map((slice) => `${digits(figureOf(results, first, slice, measure)?.error ?? 0)} on ${slice}`);
  return `One seed; one binomial standard error of ${measure} is about ${errors.join(" and ")}${boldWords(results)}.`;
}
