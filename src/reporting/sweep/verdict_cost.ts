/**
 * What the setting costs, in a sentence or two.
 * @module
 */
import { plain } from "../markdown.ts";
import { count, fixed } from "../numbers.ts";
import { average } from "../summary.ts";
import { cellsWords } from "./cells.ts";
import { secondsOf } from "./durations.ts";
import type { MethodEffect, MethodInCell } from "./effects.ts";
import type { SweepResults } from "./types.ts";

/** Costs that differ by less than this ratio are called equal. */
const SAME = 1.1;

/** The method whose optimiser steps change most with the setting, and what all cells took. */
export function costWords(sweep: SweepResults, effects: readonly MethodEffect[]): string[] {
  const spans = effects.map(({ label, cells }) => {
    const steps = cells.map((each) => ({ ...each, steps: stepsOf(each) })).toSorted((a, b) => a.steps - b.steps);
    return { label, least: steps[0]!, most: steps.at(-1)! };
  });
  const widest = spans.filter(({ least }) => least.steps > 0)
    .toSorted((a, b) => b.most.steps / b.least.steps - a.most.steps / a.least.steps)[0];
  const { all, distinct } = secondsOf(sweep.cells);
  const took = sweep.cells.length < 2
    ? `Computing took ${fixed(all, 1)} s.`
    : `Computing all ${sweep.cells.length} cells took ${fixed(distinct, 1)} s, what they share counted once (${
      fixed(all, 1)
    } s if each had been computed by itself).`;
  if (widest === undefined || widest.most.steps < SAME * widest.least.steps) {
    return sweep.cells.length < 2 || widest === undefined
      ? [took]
      : ["Every method takes about as many optimiser steps in each cell.", took];
  }
  const at = ({ cell, steps }: typeof widest.least) => `${count(steps)} at ${cellsWords(sweep.file, [cell])}`;
  return [
    `The setting changes what training costs: ${plain(widest.label)} takes from ${at(widest.least)} to ${
      at(widest.most)
    } optimiser steps, so that part of a difference between cells may be training alone.`,
    took,
  ];
}

const stepsOf = ({ summary: { runs } }: MethodInCell): number =>
  Math.round(average(runs.map(({ cost }) => cost.steps)));
