/**
 * Which stages become one job array, and what each job waits for.
 * @module
 */
import type { Resources, StageKind } from "../../spec/executor.ts";

/** A stage whose inputs are in the store or being computed by jobs. */
export interface ReadyStage {
  readonly key: string;
  readonly kind: StageKind;
  readonly resources: Resources & { readonly cpus: number; readonly memory: number };
  readonly atATime: number;
  /** Jobs that compute what it reads; none that another of them waits for. */
  readonly waitsFor: readonly string[];
}

/** A job of one stage, or an array of several. */
export interface Batch {
  readonly keys: readonly string[];
  /** Numbers of the tasks; absent for a job of its own. */
  readonly tasks?: readonly number[];
  /** As sbatch writes it. */
  readonly dependency: string;
}

/** Slurm's own limit is 1001 tasks where nobody changed it; names of stages are arguments, of which a system takes so many. */
const MOST_TASKS = 500;

/**
 * Equal stages (of one kind, with equal resources) as arrays where what they wait for can be said for an array: all of them wait for the same jobs, or
 * each for one task of one array; the tasks have the numbers of those they wait for, then. Where several wait for each of some tasks, as in a sweep
 * over several seeds, they are the fewest arrays of either kind. All others are jobs of their own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const stage = (key: string, ...waitsFor: string[]) =>
 *   ({ key, kind: "ranks", resources: { cpus: 1, memory: 100 }, atATime: 4, waitsFor }) as const;
 * assert.deepEqual(batches([stage("a", "7"), stage("b", "7")]), [{ keys: ["a", "b"], tasks: [0, 1], dependency: "afterok:7" }]);
 * assert.deepEqual(batches([stage("a", "8_2"), stage("b", "8_5")]), [
 *   { keys: ["a", "b"], tasks: [2, 5], dependency: "aftercorr:8" },
 * ]);
 * assert.deepEqual(batches([stage("a", "8_2"), stage("b", "8_2")]), [{ keys: ["a", "b"], tasks: [0, 1], dependency: "afterok:8_2" }]);
 * assert.deepEqual(batches([stage("a", "8_2", "9")]), [{ keys: ["a"], dependency: "afterok:8_2:9" }]);
 * ```
 */
export function batches(stages: readonly ReadyStage[]): Batch[] {
  const groups = Map.groupBy(stages, ({ kind, resources, atATime, waitsFor }) => {
    const { partition, gres, cpus, memory, time } = resources;
    return JSON.stringify([kind, partition, gres, cpus, memory, time, atATime, arrayOf(waitsFor) ?? waitsFor]);
  });
  return [...groups.values()].flatMap((group) => {
    const parts: Batch[] = [];
    for (let at = 0; at < group.length; at += MOST_TASKS) parts.push(...batchesOf(group.slice(at, at + MOST_TASKS)));
    return parts;
  });
}

/** The array whose one task is waited for; undefined where it is another thing. */
function arrayOf(waitsFor: readonly string[]): string | undefined {
  const [, array] = waitsFor.length === 1 ? /^(\d+)_\d+$/.exec(waitsFor[0]!) ?? [] : [];
  return array;
}

function batchesOf(group: readonly ReadyStage[]): Batch[] {
  const keys = group.map(({ key }) => key);
  const single = ({ key, waitsFor }: ReadyStage) => ({ keys: [key], dependency: afterOk(waitsFor) });
  if (group.length === 1) return group.map(single);
  const array = arrayOf(group[0]!.waitsFor);
  const byTask = [...Map.groupBy(group, ({ waitsFor: [job] }) => job).values()];
  if (array === undefined || byTask.length === 1) {
    return [{ keys, tasks: keys.map((_, i) => i), dependency: afterOk(group[0]!.waitsFor) }];
  }
  const most = Math.max(...byTask.map((stages) => stages.length));
  if (most === 1) {
    const tasks = group.map(({ waitsFor }) => Number(waitsFor[0]!.slice(array.length + 1)));
    return [{ keys, tasks, dependency: `aftercorr:${array}` }];
  }
  // One array for each task that is waited for, or one of the first that wait for each, one of the second, and so on.
  const parts = byTask.length <= most
    ? byTask
    : Array.from({ length: most }, (_, place) => byTask.flatMap((stages) => stages.slice(place, place + 1)));
  return parts.flatMap(batchesOf);
}

const afterOk = (jobs: readonly string[]): string => jobs.length === 0 ? "" : `afterok:${jobs.join(":")}`;
