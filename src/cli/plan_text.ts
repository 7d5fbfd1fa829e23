/**
 * Stages of a plan, a line each.
 * @module
 */
import type { PlannedStage } from "../pipeline/plan.ts";

/** A time in words of one unit. */
const timeWords = (seconds: number): string =>
  seconds < 120
    ? `${Math.max(1, Math.round(seconds))} s`
    : seconds < 7200
    ? `${Math.round(seconds / 60)} min`
    : seconds < 72 * 3600
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86400)} days`;

const memoryWords = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** What stages that are still to do take together, one after the other; no line where nothing is reckoned. */
export function reckonedLines(stages: readonly PlannedStage[]): string[] {
  const todo = stages.flatMap(({ reckoned, cachedSeconds }) =>
    reckoned && cachedSeconds === undefined ? [reckoned] : []
  );
  if (todo.length === 0) return [];
  const most = Math.max(...todo.map(({ bytes }) => bytes));
  const all = todo.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    `Reckoned from the model's sizes, before anything is loaded: ${memoryWords(most)} at the peak, about ${
      timeWords(all)
    } here`,
  ];
}

/** Names, sizes, and whether the store has them, in columns; no line where there are none. */
export function stageLines(stages: readonly PlannedStage[]): string[] {
  const width = Math.max(0, ...stages.map(({ stage }) => stage.length));
  const sizes = Math.max(0, ...stages.map(({ size }) => size.length));
  return stages.map(({ stage, size, cachedSeconds, reckoned }) => {
    const about = reckoned === undefined
      ? ""
      : `, ${memoryWords(reckoned.bytes)}, about ${timeWords(reckoned.seconds)}`;
    const state = cachedSeconds === undefined ? `to do${about}` : `in the store (took ${cachedSeconds} s)`;
    return `  ${stage.padEnd(width)}  ${size.padEnd(sizes)}  ${state}`;
  });
}
