/**
 * Warnings at the top of a report, and the sentence that one of them would take the place of.
 * @module
 */
import { bold, plain, series } from "../markdown.ts";
import { seedWords } from "../numbers.ts";
import { besideBase, sawEvaluated, twins } from "../suspicions.ts";
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

/** That mixtures of experts did train, for the preset under which a reader might expect that they did not. */
export function trainedWords(results: Results): string[] {
  if (results.spec.preset !== "official") return [];
  return besideBase(results)
    .filter(({ method, equal, different }) => method.kind === "mole" && equal.length === 0 && different.length > 0)
    .map(({ method: { label } }) =>
      `${
        plain(label)
      } differs from base with every seed: its experts did train. In the authors' code they do not, and it equals the base.`
    );
}

/** Methods that came to the same in everything, though they are called differently. */
export function twinWords(results: Results): string[] {
  return twins(results).map((methods) =>
    `${series(methods.map(({ label }) => plain(label)))} are equal to the last digit in every measure${
      new Set(results.runs.map(({ seed }) => seed)).size > 1 ? " with every seed" : ""
    }: what tells them apart changed nothing here.`
  );
}
