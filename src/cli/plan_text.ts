/**
 * Stages of a plan, a line each.
 * @module
 */
import type { PlannedStage } from "../pipeline/plan.ts";

/** Names, sizes, and whether the store has them, in columns; no line where there are none. */
export function stageLines(stages: readonly PlannedStage[]): string[] {
  const width = Math.max(0, ...stages.map(({ stage }) => stage.length));
  const sizes = Math.max(0, ...stages.map(({ size }) => size.length));
  return stages.map(({ stage, size, cachedSeconds }) => {
    const state = cachedSeconds === undefined ? "to do" : `in the store (took ${cachedSeconds} s)`;
    return `  ${stage.padEnd(width)}  ${size.padEnd(sizes)}  ${state}`;
  });
}
