/**
 * What a reader must know before believing a figure: methods that saw what they are tested on, and methods that changed nothing.
 * @module
 */
import { ownOptions } from "../spec/method_types.ts";
import { methodSummaries, type MethodSummary } from "./summary.ts";
import type { Results, RunResult } from "./types.ts";

/** Labels of the methods that took their training pairs from evaluated rows: their figures are no evidence. */
export function sawEvaluated({ spec }: Pick<Results, "spec">): string[] {
  return spec.methods.filter((method) => method.kind === "ebpr" && ownOptions("ebpr", method).mine === "evaluated")
    .map(({ label }) => label);
}

/** A method beside the backbone as it was. */
export interface BesideBase {
  readonly method: MethodSummary;
  /** Seeds with which every measure on every slice is the backbone's, to the last digit. */
  readonly equal: readonly number[];
  /** Seeds with which some measure differs. */
  readonly different: readonly number[];
}

/** Every method but the base, seed by seed beside it; seeds without a base are left out. */
export function besideBase(results: Results): BesideBase[] {
  const methods = methodSummaries(results);
  const base = methods.find(({ kind }) => kind === "base");
  return methods.filter(({ kind }) => kind !== "base").map((method) => {
    const compared = method.runs.flatMap((run) => {
      const other = base?.runs.find(({ seed }) => seed === run.seed);
      return other === undefined ? [] : [{ seed: run.seed, same: sameMeasures(run, other) }];
    });
    return {
      method,
      equal: compared.filter(({ same }) => same).map(({ seed }) => seed),
      different: compared.filter(({ same }) => !same).map(({ seed }) => seed),
    };
  });
}

/** Groups of methods, the base aside, whose measures are the same on every slice with every seed; what equals the base is left out. */
export function twins(results: Results): MethodSummary[][] {
  const groups = new Map<string, MethodSummary[]>();
  for (const method of methodSummaries(results)) {
    const figures = JSON.stringify(method.runs.map(({ seed, measures }) => [seed, measures]));
    groups.set(figures, [...groups.get(figures) ?? [], method]);
  }
  return [...groups.values()].filter((methods) => methods.length > 1 && methods.every(({ kind }) => kind !== "base"));
}

function sameMeasures(first: RunResult, second: RunResult): boolean {
  return Object.entries(first.measures).every(([slice, measures]) =>
    Object.entries(measures).every(([name, value]) => second.measures[slice]?.[name] === value)
  );
}
