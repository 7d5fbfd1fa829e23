/**
 * Sentence: which methods no other one beats on both what was kept and what was learnt.
 * @module
 */
import { plain, series } from "../markdown.ts";
import { methodFront } from "../pareto.ts";
import { methodSummaries } from "../summary.ts";
import { sawEvaluated } from "../suspicions.ts";
import type { Results } from "../types.ts";

/** Names the Pareto front; nothing where there are fewer than two methods to compare. */
export function frontWords(results: Results): string[] {
  const discounted = sawEvaluated(results);
  const compared = methodSummaries(results).filter(({ label }) => !discounted.includes(label));
  const front = methodFront(results).map(({ method }) => plain(method.label));
  if (compared.length < 2 || front.length === 0) return [];
  const which = front.length === compared.length
    ? "is every method"
    : `${front.length > 1 ? "are" : "is"} ${series(front)}`;
  return [
    `On the Pareto front ${which}: no other method reaches as much on both S and T, and more on one of them. That is said of the figures as they are; the intervals tell how sure their order is.`,
  ];
}
