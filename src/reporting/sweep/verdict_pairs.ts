/**
 * At which values a method is significantly above or below its control, or the method that the report names, and at which not.
 * @module
 */
import type { MethodDifference } from "../difference.ts";
import { bold, plain } from "../markdown.ts";
import { signed } from "../numbers.ts";
import { cellsWords } from "./cells.ts";
import { type Pair, pairDifference, pairsOf } from "./pairs.ts";
import type { FinishedCell, SweepFile, SweepResults } from "./types.ts";

/** Pairs told of; the table has all. */
const TOLD = 4;

/** A sentence for each pair on T and on S. */
export function pairWords(sweep: SweepResults): string[] {
  return pairsOf(sweep).slice(0, TOLD).flatMap((pair) => {
    const [t, s] = ["T", "S"].map((slice) => sliceWords(sweep.file, pair, slice));
    if (t === undefined || s === undefined) return [];
    const about = pair.control
      ? `, its control with one region and the same optimiser steps and share of S rows,`
      : ",";
    return [
      `Against ${plain(pair.to)}${about} ${bold(plain(pair.effect.label))} is on T ${t}.`,
      `On S it is ${s}.`,
      ...missingWords(sweep.file, pair),
    ];
  });
}

interface Held {
  readonly cell: FinishedCell;
  readonly difference: MethodDifference;
}

/** "significantly above at K = 3 and 5 (by +0.0040 at most), …"; undefined where nothing was tested. */
function sliceWords(file: SweepFile, pair: Pair, slice: string): string | undefined {
  const held = pair.cells.flatMap((cell): Held[] => {
    const difference = pairDifference(pair, cell, slice);
    return difference === undefined ? [] : [{ cell, difference }];
  });
  const tested = held.filter(({ difference: { test } }) => test !== undefined);
  if (tested.length === 0) return undefined;
  const significant = tested.filter(({ difference: { test } }) => test?.significant === true);
  const above = significant.filter(({ difference: { value } }) => value > 0);
  const below = significant.filter(({ difference: { value } }) => value <= 0);
  const even = tested.filter(({ difference: { test } }) => test?.significant !== true);
  if (even.length === tested.length) return `in no cell significantly different${rangeWords(even)}`;
  const parts = [
    partWords(file, "significantly above", above, tested.length),
    partWords(file, "significantly below", below, tested.length),
    partWords(file, "not significantly different", even, tested.length),
  ].filter((part) => part !== "");
  return parts.join("; ");
}

function partWords(file: SweepFile, words: string, held: readonly Held[], all: number): string {
  if (held.length === 0) return "";
  const where = held.length === all && all > 1
    ? `in all ${all} cells`
    : `at ${cellsWords(file, held.map(({ cell }) => cell))}`;
  return `${words} ${where}${rangeWords(held)}`;
}

/** The differences from the least to the largest. */
function rangeWords(held: readonly Held[]): string {
  const values = held.map(({ difference: { value } }) => value);
  const [least, most] = [signed(Math.min(...values)), signed(Math.max(...values))];
  return least === most ? ` (${least})` : ` (${least} to ${most})`;
}

/** A cell where one of the two is missing, such as a control at one region. */
function missingWords(file: SweepFile, { effect, to, cells }: Pair): string[] {
  const missing = effect.cells.map(({ cell }) => cell).filter((cell) => !cells.includes(cell));
  return missing.length === 0 ? [] : [`There is no ${plain(to)} at ${cellsWords(file, missing)}.`];
}
