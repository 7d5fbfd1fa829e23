/**
 * The first paragraph of a report on one method that adapts, with nothing beside it.
 * @module
 */
import { bold, plain } from "./markdown.ts";
import { measure as digits } from "./numbers.ts";
import { figureOf, type MethodSummary } from "./summary.ts";
import type { Results } from "./types.ts";

/** Its figures, and that they are held against nothing: a difference needs two methods, and so does noise. */
export function soloWords(results: Results, method: MethodSummary): string {
  const { measure } = results.spec.report;
  const figures = ["T", "S"].flatMap((slice) => {
    const figure = figureOf(results, method, slice, measure);
    return figure === undefined ? [] : [`${digits(figure.mean)} on ${slice}`];
  });
  const reached = figures.length === 0 ? "is measured" : `reaches ${measure} ${figures.join(" and ")}`;
  return `${
    bold(plain(method.label))
  } ${reached}. Nothing else is measured here, so that nothing is compared: add ${"`base`"} to see what adapting changed.`;
}
