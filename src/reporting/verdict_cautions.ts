/**
 * How far to trust what a report says: what was not finished, what costs differ, and what is noise.
 * @module
 */
import { yardstickOf } from "../spec/control.ts";
import { SIGNIFICANT } from "../spec/evidence_checks.ts";
import { untestedWords } from "./difference.ts";
import { few, plain, series } from "./markdown.ts";
import { count, plural, seedWords } from "./numbers.ts";
import { average, type MethodSummary } from "./summary.ts";
import type { Results, RunResult } from "./types.ts";

/** Costs that differ by less than this ratio are called equal. */
const SAME = 1.1;

/** Which methods were not finished, with which seeds where others went through, and that the method asked about is one of them. */
export function unfinishedWords({ failures = [], runs, spec: { report: { reference } } }: Results): string[] {
  if (failures.length === 0) return [];
  const names = [...new Set(failures.map(({ label }) => label))].map((label) => {
    const seeds = [...new Set(failures.filter((failure) => failure.label === label).map(({ seed }) => seed))];
    return runs.some((run) => run.label === label) ? `${plain(label)} (${seedWords(seeds)})` : plain(label);
  });
  const lost = failures.some(({ label }) => label === reference) && !runs.some(({ label }) => label === reference);
  return [
    `Not finished: ${few(names)}.`,
    ...(lost ? [`Not compared: ${plain(reference)}, which this experiment is about, was not finished.`] : []),
  ];
}

/** The label of the method whose steps the others take; undefined where everybody spends what its paper says. */
export const yardstick = ({ spec }: Results): string | undefined => yardstickOf(spec)?.label;

/** Methods that train longer should not be praised for their method alone. */
export function costWords(results: Results, methods: readonly MethodSummary[]): string[] {
  const steps = costs(methods, ({ steps }) => steps);
  const [least, most] = [steps[0], steps.at(-1)];
  if (least === undefined || most === undefined) return [];
  const matched = yardstick(results);
  if (most.value < SAME * least.value) {
    return matched === undefined || steps.length < 2
      ? []
      : [`The budget is matched: every method took about as many optimiser steps as ${plain(matched)}.`];
  }
  const own = steps.find(({ label }) => label === results.spec.report.reference);
  const between = own === undefined || own === least || own === most
    ? ""
    : `, ${count(own.value)} of ${plain(own.label)}`;
  const sizes = methods.length > 2 ? costs(methods, ({ parameters }) => parameters) : [];
  const [small, large] = [sizes[0], sizes.at(-1)];
  const parameters = small === undefined || large === undefined || large.value < SAME * small.value
    ? ""
    : `, and ${spanWords(small, large, "trained number")}`;
  return [
    `Costs differ${matched === undefined ? "" : " although the budget is matched"}: ${
      spanWords(least, most, "optimiser step")
    }${between}${parameters}, so that part of a difference may be training alone.`,
  ];
}

const spanWords = (least: Cost, most: Cost, unit: string): string =>
  `from ${plural(least.value, unit)} (${plain(least.label)}) to ${count(most.value)} (${plain(most.label)})`;

interface Cost {
  readonly label: string;
  /** Mean over seeds. */
  readonly value: number;
}

/** What methods spent of one thing, from the least to the most; those that spent nothing are left out. */
function costs(methods: readonly MethodSummary[], of: (cost: RunResult["cost"]) => number): Cost[] {
  return methods.map(({ label, runs }) => ({ label, value: Math.round(average(runs.map(({ cost }) => of(cost)))) }))
    .filter(({ value }) => value > 0).sort((a, b) => a.value - b.value);
}

/** What is called significant, and what that leaves out. */
export function testWords(results: Results): string {
  const { evidence } = results;
  const untested = untestedWords(results);
  if (evidence === undefined || untested !== undefined) {
    return `Nothing is called significant or not here: ${untested}.`;
  }
  const { test, differences, best, resamples } = evidence;
  const to = series([...new Set(differences.map(({ to }) => plain(to)))]);
  const slices = series([...new Set(differences.map(({ slice }) => slice))]);
  const kind = test === "permutation"
    ? `a paired permutation test over users (${count(resamples)} draws of signs)`
    : "Wilcoxon's signed-rank test over users";
  const seeds = new Set(results.runs.map(({ seed }) => seed)).size;
  return `Significant is p below ${SIGNIFICANT} in ${kind}, after Holm's correction over the ${
    plural(differences.length, "difference")
  } to ${to} on ${slices}${
    best.length === 0 ? "" : ", and of the best to the others over all pairs of adapting methods on a slice"
  }; ${
    seeds > 1
      ? `users are averaged over ${plural(seeds, "seed")}, whose spread the test leaves out.`
      : "there is one seed, so nothing is known of how much another would change."
  }`;
}
