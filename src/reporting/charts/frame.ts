/**
 * What every chart shares: title, subtitle, margins, axes.
 * @module
 */
import { seen } from "../../spec/shown_text.ts";
import { fixed } from "../numbers.ts";
import type { Results } from "../types.ts";
import { INK } from "./palette.ts";

/** Longest name written in a chart. */
const LONGEST = 26;

interface Texts {
  readonly title: string;
  /** A string a line. */
  readonly subtitle: string | string[];
  /** Pixels between the subtitle and the chart. */
  readonly room?: number;
  /** Pixels kept free at the right. */
  readonly right?: number;
}

/** Options shared by all charts: no animation, a title and a subtitle at the left, no legend. */
export function frame({ title, subtitle, room = 14, right = 0 }: Texts) {
  return {
    animation: false as const,
    responsive: false,
    // Digits and separators that do not follow the machine's language.
    locale: "en-US",
    layout: { padding: { top: 6, right: Math.max(18, right), bottom: 8, left: 10 } },
    plugins: {
      legend: { display: false },
      title: heading(title, 17, "bold", INK.text, 2),
      subtitle: heading(subtitle, 13, "normal", INK.quiet, room),
    },
  };
}

function heading(text: string | string[], size: number, weight: "bold" | "normal", color: string, bottom: number) {
  return {
    display: true,
    text,
    align: "start" as const,
    color,
    font: { size, weight: weight === "bold" ? 600 : 400 },
    padding: { top: 4, bottom },
  };
}

/** What figures and their whiskers are. */
export function whiskerWords({ runs, evidence }: Results): string {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const figures = seeds > 1 ? "means over seeds" : "one seed";
  return `${figures}; ${evidence === undefined ? "no intervals" : "whiskers: 95 % intervals over users"}`;
}

/** An axis of names at the left, one for each row. */
export const NAMES_AXIS = {
  grid: { display: false },
  border: { color: INK.line },
  ticks: { color: INK.text, font: { size: 14 }, autoSkip: false },
};

/** Title of an axis, with its unit. */
export const axisTitle = (text: string) => ({ display: true, text, color: INK.quiet, font: { size: 13 }, padding: 6 });

/**
 * An axis of numbers from min to max, with ticks at round steps: light grid, quiet figures.
 *
 * @param about how many steps are wanted.
 */
export function numberAxis(
  title: string,
  { min, max, about = 5 }: { readonly min: number; readonly max: number; readonly about?: number },
) {
  const step = roundStep((max - min) / about);
  const decimals = decimalsOf(step);
  return {
    type: "linear" as const,
    title: axisTitle(title),
    grid: { color: INK.grid, tickColor: INK.grid },
    border: { color: INK.line },
    min,
    max,
    // chart.js moves its own ticks off round numbers when the last one is near the end.
    afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
      axis.ticks = ticksBetween(min, max, step).map((value) => ({ value }));
    },
    ticks: {
      color: INK.quiet,
      maxRotation: 0,
      callback: (value: string | number) => Number(value) === 0 ? "0" : fixed(Number(value), decimals),
    },
  };
}

/** Decimals that a round step needs. */
export const decimalsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

/** Multiples of a step from min to max. */
export function ticksBetween(min: number, max: number, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/**
 * The step of 1, 2 or 5 times a power of ten that is nearest to a wanted one (by ratio); 1 where that is not positive.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { roundStep } from "./frame.ts";
 *
 * assert.deepEqual([.031, 1.2, 700].map(roundStep), [.02, 1, 500]);
 * ```
 */
export function roundStep(wanted: number): number {
  if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
  const power = Math.floor(Math.log10(wanted));
  const steps = [1, 2, 5, 10].map((step) => Number(`${step}e${power}`));
  const ratio = (step: number) => Math.abs(Math.log(step / wanted));
  return steps.reduce((best, step) => ratio(step) < ratio(best) ? step : best);
}

/**
 * A name as a chart can carry it: no control or direction characters, one line, at most 26 characters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chartName } from "./frame.ts";
 *
 * assert.equal(chartName("a\nvery long name of a method, too long"), "a very long name of a met…");
 * ```
 */
export function chartName(name: string, longest = LONGEST): string {
  const clean = seen(name);
  const letters = [...clean];
  return letters.length <= longest ? clean : `${letters.slice(0, longest - 1).join("")}…`;
}
