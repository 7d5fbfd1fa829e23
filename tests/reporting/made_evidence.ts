/**
 * Evidence for made-up results: intervals of a width that users might give, and differences with the p that a test wants to tell of.
 */
import type { Evidence } from "../../src/evaluation/evidence.ts";
import type { Results } from "../../src/reporting/types.ts";

/** Corrected p of a method's difference to another on a slice. */
export type MadeP = (label: string, to: string, slice: string) => number | undefined;

/** Two binomial standard errors of means over a slice's windows, as the half width of every interval. */
const width = (windows: number, ...means: readonly number[]) =>
  2 * Math.hypot(...means.map((mean) => Math.sqrt(mean * (1 - mean) / windows)));

export function madeEvidence({ spec, data, runs }: Results, p: MadeP = () => undefined): Evidence {
  const { reference, measure } = spec.report;
  const base = spec.methods.find(({ kind }) => kind === "base")?.label;
  const labels = spec.methods.map(({ label }) => label);
  const seeds = (label: string) => runs.filter((run) => run.label === label).map(({ seed }) => seed);
  const measures = Object.keys(runs[0]!.measures.T!).filter((name) => !name.startsWith("coverage@"));
  const mean = (label: string, slice: string, name: string) => {
    const own = runs.filter((run) => run.label === label).map(({ measures }) => measures[slice]?.[name] ?? 0);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  const by = <Value>(of: (name: string) => Value) => Object.fromEntries(measures.map((name) => [name, of(name)]));
  const pairs = [reference, ...(base === undefined ? [] : [base])].flatMap((to, i) =>
    labels.filter((label) => label !== to && (i === 0 || label !== reference)).map((label) => ({ label, to }))
  ).filter(({ label, to }) => labels.includes(to) && labels.includes(label));
  const difference = (
    { name: slice, users, windows }: Results["data"]["slices"][number],
    label: string,
    to: string,
  ) => {
    const value = (name: string) => mean(label, slice, name) - mean(to, slice, name);
    const half = (name: string) => width(windows, mean(label, slice, name), mean(to, slice, name));
    const pHolm = p(label, to, slice) ?? (Math.abs(value(measure)) > half(measure) ? .01 : .5);
    const ends = (name: string) =>
      [Math.max(-1, value(name) - half(name)), Math.min(1, value(name) + half(name))] as const;
    return {
      label,
      to,
      slice,
      seeds: seeds(label),
      users,
      values: by(value),
      intervals: by(ends),
      p: pHolm / 10,
      pHolm,
    };
  };
  return {
    resamples: 10_000,
    test: "permutation",
    measure,
    figures: data.slices.flatMap(({ name: slice, users, windows }) =>
      labels.map((label) => ({
        label,
        slice,
        seeds: seeds(label),
        users,
        intervals: by((name) => {
          const [value, half] = [mean(label, slice, name), width(windows, mean(label, slice, name))];
          return [Math.max(0, value - half), Math.min(1, value + half)] as const;
        }),
      }))
    ),
    differences: data.slices.flatMap((slice) => pairs.map(({ label, to }) => difference(slice, label, to))),
    best: data.slices.flatMap((slice) => {
      const [best, ...others] = labels.filter((label) => label !== base)
        .toSorted((a, b) => mean(b, slice.name, measure) - mean(a, slice.name, measure));
      return others.map((other) => difference(slice, best!, other));
    }),
  };
}
