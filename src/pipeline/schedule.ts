/**
 * Which stage to begin next. Keys alone name results, so any order gives the same; this one keeps processes busy within the memory there is.
 * @module
 */
import type { StageNode } from "./graph.ts";

/** What a schedule is made of. */
export type Schedulable = Pick<StageNode, "key" | "needs"> & {
  /** Whether later stages wait for it, as those that train do: they begin first. */
  readonly trains: boolean;
  /** Bytes it may take at its peak. */
  readonly memory: number;
};

/** How far the stages have come, by key. */
export interface Standing {
  readonly done: ReadonlySet<string>;
  readonly running: ReadonlySet<string>;
  /** Stopped for good; what needs them is never begun. */
  readonly failed: ReadonlySet<string>;
}

/**
 * The stage to begin now: of those whose inputs are there, the first that trains, else the first. Undefined when there is none, or when it would
 * take more memory than `free` while another runs; a stage that runs alone may take what it needs.
 *
 * @param nodes in the order of one job.
 * @param free bytes beside what running stages may take.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const stage = (key: string, trains: boolean, ...needs: string[]) => ({ key, needs, trains, memory: 4 });
 * const nodes = [stage("backbone", true), stage("rank", false, "backbone"), stage("adapt", true, "backbone")];
 * const standing = { done: new Set(["backbone"]), running: new Set<string>(), failed: new Set<string>() };
 * assert.equal(nextStage(nodes, standing, 0)?.key, "adapt");
 * assert.equal(nextStage(nodes, { ...standing, running: new Set(["adapt"]) }, 3), undefined);
 * assert.equal(nextStage(nodes, { ...standing, running: new Set(["adapt"]) }, 4)?.key, "rank");
 * ```
 */
export function nextStage<T extends Schedulable>(
  nodes: readonly T[],
  { done, running, failed }: Standing,
  free: number,
): T | undefined {
  const ready = nodes.filter(({ key, needs }) =>
    !done.has(key) && !running.has(key) && !failed.has(key) && needs.every((need) => done.has(need))
  );
  const fits = ready.filter(({ memory }) => running.size === 0 || memory <= free);
  return fits.find(({ trains }) => trains) ?? fits[0];
}
