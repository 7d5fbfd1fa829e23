/**
 * Lines that were left out, and why.
 * @module
 */
import type { LineProblem } from "./row_reader.ts";

type Part = LineProblem["part"];

const WORDS: Readonly<Record<Part, string>> = {
  fields: "could not be taken apart",
  user: "had no usable user",
  item: "had no usable item",
  time: "had no usable time",
  rating: "had no usable rating",
};

/** Counts the lines that `badLines: "skip"` leaves out, by the part that was wrong. */
export class SkippedLines {
  readonly #kinds = new Map<Part, { count: number; readonly first: number }>();
  #count = 0;
  #first: { readonly problem: LineProblem; readonly line: number } | undefined;

  /** Lines in all. */
  get count(): number {
    return this.#count;
  }

  /** The first of them. */
  get first(): { readonly problem: LineProblem; readonly line: number } | undefined {
    return this.#first;
  }

  /** Counts one more. */
  add(problem: LineProblem, line: number): void {
    this.#count++;
    this.#first ??= { problem, line };
    const kind = this.#kinds.get(problem.part);
    if (kind === undefined) this.#kinds.set(problem.part, { count: 1, first: line });
    else kind.count++;
  }

  /** E.g. "Of the lines left out 2 had no usable time (first: line 7).". Undefined when none was. */
  sentence(): string | undefined {
    if (this.#count === 0) return undefined;
    const kinds = Array.from(
      this.#kinds,
      ([part, { count, first }]) => `${count} ${WORDS[part]} (first: line ${first})`,
    );
    return `Of the lines left out ${kinds.join(", ")}.`;
  }
}
