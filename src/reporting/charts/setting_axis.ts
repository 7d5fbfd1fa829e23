/**
 * The horizontal axis of a chart over a swept setting: numbers in proportion, or categories side by side.
 * @module
 */
import type { Json } from "../../spec/json.ts";
import { valueText } from "../../spec/cell_names.ts";
import { chartName } from "./frame.ts";

/** An axis with a place for each value. */
export interface SettingAxis {
  /** The path, and its scale where that is not in proportion. */
  readonly title: string;
  /** In the order of the sweep. */
  readonly ticks: readonly {
    readonly label: string;
    /** From 0, the left end, to 1. */
    readonly at: number;
  }[];
  readonly numeric: boolean;
}

/** Share of the width left free at either end. */
const MARGIN = .07;

/** Numbers that span more than this stand on a logarithmic scale. */
const WIDE = 20;

/**
 * The axis of a path's values; numbers of one sign that span a factor of more than 20 are spaced by their logarithms.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const places = (values: number[]) => settingAxis("k", values).ticks.map(({ at }) => Number(at.toFixed(3)));
 * assert.deepEqual(places([1, 2, 5]), [.07, .285, .93]);
 * assert.deepEqual(places([.001, .01, .1]), [.07, .5, .93]);
 * ```
 */
export function settingAxis(path: string, values: readonly Json[]): SettingAxis {
  const name = chartName(path, 40);
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length || values.length === 0) {
    const ticks = values.map((value, i) => ({ label: chartName(valueText(value)), at: (i + .5) / values.length }));
    return { title: name, ticks, numeric: false };
  }
  const log = Math.min(...numbers) > 0 && Math.max(...numbers) > WIDE * Math.min(...numbers);
  const scaled = numbers.map((value) => log ? Math.log(value) : value);
  const [least, most] = [Math.min(...scaled), Math.max(...scaled)];
  const share = (value: number) => most === least ? .5 : (value - least) / (most - least);
  const ticks = scaled.map((value, i) => ({
    label: valueText(values[i]!),
    at: MARGIN + (1 - 2 * MARGIN) * share(value),
  }));
  return { title: log ? `${name} (logarithmic scale)` : name, ticks, numeric: true };
}
