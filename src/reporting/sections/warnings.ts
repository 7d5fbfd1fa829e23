/**
 * Warnings at the top of a report, and the sentence that one of them would take the place of.
 * @module
 */
import { bold, plain } from "../markdown.ts";
import { seedWords } from "../numbers.ts";
import { besideBase, sawEvaluated } from "../suspicions.ts";
import type { Results } from "../types.ts";

/** One paragraph each; nothing where every figure is what it seems. */
export function warnings(results: Results): string[] {
  const seen = sawEvaluated(results).map((label) =>
    `${
      plain(label)
    } took its pairs from the rows it is evaluated on, targets included, as the authors' code does ("mine": "evaluated"): its figures are no evidence, and no sentence or bold figure below counts them.`
  );
  const equal = besideBase(results).filter(({ equal }) => equal.length > 0).map(({ method, equal, different }) =>
    `${plain(method.label)} equals base to the last digit${
      different.length === 0 ? "" : ` with ${seedWords(equal)}`
    }: ${method.kind === "mole" ? "its experts did not train" : "what it trained changed no measure"}.`
  );
  return [...seen, ...equal].map((sentence) => `${bold("Warning:")} ${sentence}`);
}

/** That mixtures of experts did train: in the authors' code they never do. */
export function trainedWords(results: Results): string[] {
  return besideBase(results)
    .filter(({ method, equal, different }) => method.kind === "mole" && equal.length === 0 && different.length > 0)
    .map(({ method: { label } }) => `${plain(label)} differs from base with every seed: its experts did train.`);
}
