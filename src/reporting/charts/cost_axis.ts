/**
 * Axes of what adapting cost: logarithmic where the costs ask for it.
 * @module
 */
import { count, fixed } from "../numbers.ts";
import { axisTitle, decimalsOf, numberAxis } from "./frame.ts";
import { INK } from "./palette.ts";

/** Costs of which the greatest is so many times the least want a logarithmic axis. */
const DECADE = 6;

/** A tick nearer to its neighbour than this share of the axis would cover its figure. */
const APART = .16;

/** Whether these costs are told apart on a logarithmic axis alone: all are positive, and they are far from equal. */
export const isLogarithmic = (values: readonly number[]): boolean =>
  Math.min(...values) > 0 && Math.max(...values) >= DECADE * Math.min(...values);

/**
 * Ticks for a logarithmic axis: 1, 2 and 5 times powers of ten where there is room for their figures, else fewer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { logTicks } from "./cost_axis.ts";
 *
 * assert.deepEqual(logTicks(.9, 12), [1, 2, 5, 10]);
 * assert.deepEqual(logTicks(.5, 2000), [1, 10, 100, 1000]);
 * ```
 */
export function logTicks(min: number, max: number): number[] {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const steps = [[1, 2, 5], [1, 3], [1]].map((factors) =>
    Array.from({ length: last - first + 1 }, (_, i) => factors.map((factor) => Number(`${factor}e${first + i}`)))
      .flat().filter((tick) => tick >= min && tick <= max)
  );
  const apart = (a: number, b: number) => Math.log(b / a) / Math.log(max / min);
  const roomy = (ticks: readonly number[]) =>
    ticks.every((tick, i) => i === 0 || apart(ticks[i - 1] ?? tick, tick) >= APART);
  return steps.find(roomy) ?? [];
}

/** An axis for costs of one kind, with a little room on both sides; one that is not logarithmic begins at 0. */
export function costAxis(title: string, values: readonly number[]) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!isLogarithmic(values)) {
    const axis = numberAxis(title, { min: 0, max: 1.15 * most || 1, about: 2.5 });
    return { ...axis, ticks: { ...axis.ticks, autoSkip: false, callback: figure } };
  }
  const margin = (most / least) ** .12;
  return logAxis(title, { min: least / margin, max: most * margin });
}

/** A logarithmic axis from min to max; without `ticks` there are those of {@linkcode logTicks}. */
export function logAxis(
  title: string,
  { min, max, ticks = logTicks(min, max) }: { min: number; max: number; ticks?: readonly number[] },
) {
  return {
    type: "logarithmic" as const,
    title: axisTitle(`${title}, logarithmic`),
    grid: { color: INK.grid, tickColor: INK.grid },
    border: { color: INK.line },
    min,
    max,
    afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
      axis.ticks = ticks.map((value) => ({ value }));
    },
    ticks: { color: INK.quiet, maxRotation: 0, autoSkip: false, callback: figure },
  };
}

/** As few digits as tell ticks apart. */
const figure = (value: string | number): string => {
  const number = Number(value);
  return number >= 1 || number === 0 ? count(number) : fixed(number, decimalsOf(number));
};
