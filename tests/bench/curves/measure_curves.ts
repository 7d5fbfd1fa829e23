/**
 * Measures curves point by point and stage by stage, keeps every figure as soon as it is there, and goes on where it was interrupted.
 * @module
 */
import { UsageError } from "../../../src/cli/args.ts";
import { type CurveAxis, FIXED, type Point } from "./axes.ts";
import type { Cost, DataMeasured, ListedStage } from "./one_stage.ts";
import type { Curves, Machine, PointRecord, StageRecord } from "./records.ts";

/** The processes that measure; each call is one. */
export interface Processes {
  /** Reads and slices a point's data, which are drawn first where they are not there. */
  data(point: Point): Promise<DataMeasured>;
  /** Computes one stage; what it reads lies in the store. */
  stage(point: Point, key: string): Promise<Cost>;
  /** Writes the report of a point whose stages lie in the store. */
  report(point: Point): Promise<Cost>;
  /** Lets go of drawn data and stored results. */
  tidy(): Promise<void>;
}

/** Where figures go. */
export interface Keeper {
  /** Keeps all there is so far. */
  save(curves: Curves): Promise<void>;
  /** Tells of one figure. */
  say(line: string): void;
}

/**
 * Measures what is not in `begun` yet.
 *
 * @param begun figures of a measuring that ended early; those that it finished are not taken again.
 * @throws {UsageError} when those are of another machine, engine or version: they would stand beside none of this one's.
 */
export async function measureCurves(
  axes: readonly CurveAxis[],
  begun: Curves | undefined,
  processes: Processes,
  { save, say }: Keeper,
): Promise<Curves> {
  let all = begun;
  const put = async (machine: Machine, change: Partial<Curves>) => {
    if (all !== undefined) mustBeTheSame(all.machine, machine);
    all = { curves: {}, ...all, machine, ...change };
    await save(all);
  };
  if (all?.fixed?.done !== true) {
    await measurePoint(FIXED, all?.fixed, new Set(), processes, say, (machine, fixed) => put(machine, { fixed }));
    await processes.tidy();
  }
  for (const { axis, points } of axes) {
    const known = (at: number) => all?.curves[axis]?.find((point) => point.at === at);
    if (points.every(({ at }) => known(at)?.done)) continue;
    for (const point of points) {
      const before = known(point.at);
      if (before?.done) continue;
      const others = (all?.curves[axis] ?? []).filter(({ at }) => at !== point.at);
      const elsewhere = new Set(
        others.filter(({ done }) => done).flatMap(({ stages }) => stages.map(({ key }) => key)),
      );
      say(`${axis} ${point.at}`);
      await measurePoint(point, before, elsewhere, processes, say, (machine, record) => {
        const sorted = [...others, record].sort((a, b) => a.at - b.at);
        return put(machine, { curves: { ...all?.curves, [axis]: sorted } });
      });
    }
    await processes.tidy();
  }
  if (all === undefined) throw new TypeError("Cannot measure curves: none was asked for");
  return all;
}

/**
 * @param elsewhere keys of stages that another point of the curve has measured. Where the store has lost one of them, it is computed again and its
 * figures are not kept.
 */
async function measurePoint(
  point: Point,
  before: PointRecord | undefined,
  elsewhere: ReadonlySet<string>,
  processes: Processes,
  say: (line: string) => void,
  put: (machine: Machine, record: PointRecord) => Promise<void>,
): Promise<void> {
  const { facts, machine, stages: listed, seconds, megabytes } = await processes.data(point);
  const kept: StageRecord[] = [];
  const keep = async (record: StageRecord, done = false) => {
    kept.push(record);
    say(
      `  ${record.stage.padEnd(26)} ${record.seconds.toFixed(1).padStart(8)} s ${`${record.megabytes}`.padStart(6)} MB`,
    );
    await put(machine, { at: point.at, facts, stages: kept, done });
  };
  const { interactions } = facts;
  await keep({ stage: "data", key: `${point.at}`, size: `${interactions} interactions`, seconds, megabytes });
  for (const { stage, key, size, stored } of listed) {
    const known = before?.stages.find((record) => record.key === key);
    if (stored && known !== undefined) kept.push(known);
    if (stored && (known !== undefined || elsewhere.has(key))) continue;
    const cost = await processes.stage(point, key);
    if (!elsewhere.has(key)) await keep({ stage, key, size, ...cost });
  }
  await keep(
    { stage: "report", key: `report ${point.at}`, size: sizeOf(listed), ...await processes.report(point) },
    true,
  );
}

const sizeOf = (stages: readonly ListedStage[]): string => `of ${stages.length} stages`;

function mustBeTheSame(before: Machine, now: Machine): void {
  const changed = (["cores", "engine", "deno", "raie"] as const).filter((what) => before[what] !== now[what]);
  if (changed.length === 0) return;
  const words = changed.map((what) => `${what} ${before[what]}, now ${now[what]}`).join("; ");
  throw new UsageError(`Cannot go on measuring: the figures so far are of ${words}; --again begins anew`, "bench");
}
