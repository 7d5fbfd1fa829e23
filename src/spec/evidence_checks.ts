/**
 * Whether the tests a spec asks for can be made, and can find anything.
 * @module
 */
import { type Finding, written } from "./finding.ts";
import { type JsonRecord, valueAt } from "./json.ts";
import type { ResolvedSpec } from "./types.ts";

/** Largest corrected p that is called significant. */
export const SIGNIFICANT = .05;

/** Labels of the methods that all others are tested against: `report.reference` and the backbone as it was. */
export function comparedTo({ report, methods }: Pick<ResolvedSpec, "report" | "methods">): string[] {
  const base = methods.find(({ kind }) => kind === "base");
  return [...new Set([report.reference, ...(base === undefined ? [] : [base.label])])];
}

/** Beside those: each raie with its K=1 control, which says what regions bring. */
export const controlPairs = (
  { methods }: Pick<ResolvedSpec, "methods">,
): (readonly [raie: string, control: string])[] =>
  methods.flatMap(({ label, control }) => control === undefined ? [] : [[control, label] as const]);

/** A search that has nothing to try. */
export function* searchChecks(raw: JsonRecord, { search }: ResolvedSpec): Generator<Finding> {
  if (search === undefined || Object.keys(search.space).length > 0) return;
  const message =
    'search.space must name settings and the values to try, such as {"lora.rank": [4, 8]}: found none; or use the preset "tuned", which has a space.';
  yield { pointer: written(raw, "/search/space", "/search"), message, about: ["/search", "/preset"] };
}

/** A test with nothing to test, or too few draws for any difference to be found significant. */
export function* evidenceChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const { evaluation: { test, resamples }, report: { measure }, methods } = spec;
  const asked = valueAt(raw, ["evaluation", "test"]) !== undefined;
  const nothing = methods.length < 2
    ? "found one method"
    : measure.startsWith("coverage@")
    ? `found report.measure ${JSON.stringify(measure)}, which no user has a share in`
    : undefined;
  if (nothing !== undefined) {
    if (!asked) return;
    const message = `evaluation.test needs methods to compare in a mean over windows: ${nothing}; leave it out.`;
    yield {
      pointer: "/evaluation/test",
      message,
      about: ["/evaluation/test", "/methods", "/report/measure"],
      idle: true,
    };
    return;
  }
  const family = differences(spec);
  const least = Math.round(family / SIGNIFICANT);
  if (test !== "permutation" || resamples >= least) return;
  yield {
    pointer: written(raw, "/evaluation/resamples", "/methods"),
    message: `evaluation.resamples must be at least ${least} for ${family} differences to be tested by permutation: ` +
      `found ${resamples}, with which no corrected p can be below ${SIGNIFICANT}; raise it, or use the test "wilcoxon".`,
    about: ["/evaluation/resamples", "/evaluation/test", "/methods", "/slices"],
  };
}

/** How many differences are tested: Holm's family. */
function differences(spec: ResolvedSpec): number {
  const { slices, methods } = spec;
  const count = slices.kind === "dates" ? slices.borders.length + 1 : slices.finetune.length + 2;
  const to = comparedTo(spec);
  const extra = controlPairs(spec).filter((pair) => !pair.some((label) => to.includes(label)));
  return count * to.reduce((sum, _, i) => sum + methods.length - 1 - i, extra.length);
}
