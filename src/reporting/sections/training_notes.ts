/**
 * Notes: trainings that ended far above where they began.
 * @module
 */
import { few, plain } from "../markdown.ts";
import { count, fixed } from "../numbers.ts";
import { methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";

/** A last loss of so many times the first is no noise of single batches. */
const MANY = 3;

interface Curve {
  readonly name: string;
  readonly seed: number;
  readonly values: readonly number[];
}

/** One bullet for the backbone and for each method with such a training; nothing where there is none. */
export function divergedWords(results: Results): string[] {
  const several = new Set(results.runs.map(({ seed }) => seed)).size > 1;
  const bullet = (label: string, curves: readonly Curve[]) => {
    const ends = curves.flatMap(({ name, seed, values }) => {
      const [first = 0, last = 0] = [values[0], values.at(-1)];
      const which = `${name}${several ? `${name === "" ? "" : ", "}seed ${seed}` : ""}`;
      const loss = `loss ${lossDigits(first)} → ${lossDigits(last)}`;
      return first > 0 && last > MANY * first ? [which === "" ? loss : `${plain(which)}: ${loss}`] : [];
    });
    return ends.length === 0 ? [] : [`- ${plain(label)} diverged, though its numbers stayed finite (${few(ends)}).`];
  };
  const bullets = [
    ...bullet("The backbone", results.backbone.loss.map(({ seed, values }) => ({ name: "", seed, values }))),
    ...methodSummaries(results).flatMap(({ label, runs }) =>
      bullet(label, runs.flatMap(({ seed, loss }) => loss.map(({ name, values }) => ({ name, seed, values }))))
    ),
  ];
  return bullets.length === 0 ? [] : [bullets.join("\n")];
}

/** Three digits that say something, or all before the point. */
const lossDigits = (loss: number): string => loss >= 100 ? count(Math.round(loss)) : fixed(loss, loss >= 10 ? 1 : 2);
