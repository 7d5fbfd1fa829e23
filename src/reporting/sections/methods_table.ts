/**
 * Tables of measures: the main ones for everybody, all of them folded away.
 * @module
 */
import { bold, folded, plain, series, table } from "../markdown.ts";
import { count, measure as digits, signed } from "../numbers.ts";
import { average, type Figure, figureOf, methodSummaries, type MethodSummary, sliceNames } from "../summary.ts";
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
    const error = figure?.error === undefined ? "" : ` ± ${digits(figure.error)}`;
    const interval = figure?.interval === undefined ? "" : `<br>[${figure.interval.map(digits).join(", ")}]`;
    return `${!same && rated[i] === largest && text !== "–" ? bold(text) : text}${error}${interval}`;
  });
}

const forgetting = ({ kind, runs }: MethodSummary): string =>
  kind === "base" ? "–" : signed(average(runs.map(({ forgetting }) => forgetting)));

/** One method alone is not the best of anything. */
const boldWords = (results: Results): string =>
  methodSummaries(results).length > 1 ? "; the best of a column is bold" : "";

/** What stands beside the figures of the tables. */
export function errorWords(results: Results): string {
  const seeds = new Set(results.runs.map(({ seed }) => seed)).size;
  const alone = methodSummaries(results).some(({ runs }) => runs.length === 1);
  const spread = seeds === 1
    ? "Figures are means over windows, of one seed"
    : `Figures are means over windows and seeds ± one standard error over seeds${
      alone ? " (none where one seed alone was finished)" : ""
    }`;
  return `${spread}${boldWords(results)}. ${intervalWords(results)}`;
}

function intervalWords({ evidence, data }: Results): string {
  if (evidence === undefined) {
    return "There are no intervals: these results are of a version without them; running the experiment again gives them.";
  }
  const users = data.slices.flatMap(({ name }) => {
    const found = evidence.figures.find(({ slice }) => slice === name)?.users;
    return found === undefined ? [] : [`${count(found)} of ${name}`];
  });
  return `In brackets are 95\u202f% intervals: the middle 95\u202f% of ${
    count(evidence.resamples)
  } resamples of the users (${series(users)}), each drawn with all its windows; the trained models stay as they are.`;
}
