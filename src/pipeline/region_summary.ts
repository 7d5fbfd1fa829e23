/**
 * What a report shows of a method's regions: sizes, edits, routing and flows over the slices, and a map in two dimensions.
 * @module
 */
import type { Windows } from "../data/types.ts";
import { targetTimeOf } from "../data/window_rows.ts";
import type { RegionTrace } from "../methods/types.ts";
import { angleBetween, type Regions, routeToRegion, selectRows } from "../regions/mod.ts";
import { regionMap } from "../reporting/region_map.ts";
import type { RegionResult, RegionsResult } from "../reporting/types.ts";
import { placeAmong } from "./centre_places.ts";
import type { SeedContext } from "./context.ts";
import type { Prepared } from "./prepare.ts";

/** Windows on the map, divided evenly over the slices. */
const MAP_WINDOWS = 600;

/** What a stage of regions keeps. */
export interface RegionSummary {
  /** For the report. */
  readonly regions: RegionsResult;
  /** Number of each window's region after editing, by slice, in the order of `after`. */
  readonly routes: Readonly<Record<string, Int32Array>>;
}

/** Computes the summary; the map's layout is drawn with the run's seed. */
export async function summariseRegions(
  trace: RegionTrace,
  prepared: Prepared,
  context: SeedContext,
): Promise<RegionSummary> {
  const routes = new Map<string, Int32Array>();
  for (const { name, windows } of prepared.evaluated) routes.set(name, await trace.route(windows));
  const routing = Object.fromEntries([...routes].map(([name, route]) => [name, countsOf(route, trace.after.count)]));
  const flows = prepared.evaluated.slice(1).map(({ name, windows }, index) => {
    const from = prepared.evaluated[index]!;
    return {
      from: from.name,
      to: name,
      counts: flow(from.windows, routes.get(from.name)!, windows, routes.get(name)!, trace.after.count),
    };
  });
  const regions = {
    before: describe(trace.before, undefined),
    after: describe(trace.after, trace.before),
    edits: trace.edits.map((edit) => ({
      slice: edit.slice,
      update: edit.update,
      expand: edit.expand,
      add: edit.add,
      withheld: edit.withheld,
      merged: edit.merged,
      accepted: edit.accepted,
      refused: edit.refused,
      fellBack: edit.fellBack,
    })),
    routing,
    flows,
    map: await map(trace, routes, prepared, context),
    notes: trace.notes,
  };
  return { regions, routes: Object.fromEntries(routes) };
}

function countsOf(route: Int32Array, count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const region of route) counts[region]!++;
  return counts;
}

const centreOf = ({ centres, width }: Regions, k: number) => centres.subarray(k * width, (k + 1) * width);

function describe(regions: Regions, before: Regions | undefined): RegionResult[] {
  return regions.names.map((name, k) => {
    const old = before?.names.indexOf(name) ?? -1;
    return {
      name,
      size: regions.counts[k]!,
      radius: regions.radii[k]!,
      kappa: regions.kappa[k]!,
      pi: regions.pi[k]!,
      moved: before === undefined || old < 0 ? 0 : angleBetween(centreOf(before, old), centreOf(regions, k)),
    };
  });
}

/** Users by the region of their last window in one slice and of their first in the next: counts[from][to]. */
function flow(from: Windows, fromRoute: Int32Array, to: Windows, toRoute: Int32Array, count: number): number[][] {
  const counts = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const last = byUser(from, fromRoute, (time, best) => time >= best);
  for (const [user, region] of byUser(to, toRoute, (time, best) => time < best)) {
    const before = last.get(user);
    if (before !== undefined) counts[before]![region]!++;
  }
  return counts;
}

function byUser(
  windows: Windows,
  route: Int32Array,
  better: (time: number, best: number) => boolean,
): Map<number, number> {
  const chosen = new Map<number, { time: number; region: number }>();
  for (let row = 0; row < windows.count; row++) {
    const time = targetTimeOf(windows, row);
    const best = chosen.get(windows.users[row]!);
    if (best === undefined || better(time, best.time)) chosen.set(windows.users[row]!, { time, region: route[row]! });
  }
  return new Map([...chosen].map(([user, { region }]) => [user, region]));
}

async function map(
  { before, after }: RegionTrace,
  routes: ReadonlyMap<string, Int32Array>,
  prepared: Prepared,
  context: SeedContext,
): Promise<RegionsResult["map"]> {
  const each = Math.floor(MAP_WINDOWS / prepared.evaluated.length);
  const vectors: Float32Array[] = [];
  const slice: string[] = [];
  const region: number[] = [];
  for (const { name, windows } of prepared.evaluated) {
    // Evenly spaced windows: a sample that needs no draw.
    const take = Math.min(each, windows.count);
    const rows = Int32Array.from({ length: take }, (_, i) => Math.floor(i * windows.count / take));
    const { values, width } = await selectRows(await context.represent(windows), rows);
    rows.forEach((row, i) => {
      vectors.push(values.subarray(i * width, (i + 1) * width));
      slice.push(name);
      region.push(routes.get(name)![row]!);
    });
  }
  const { x, y } = regionMap(vectors, context.seed);
  const places = x.map((x, i) => ({ x, y: y[i]! }));
  const centres = (regions: Regions) =>
    vectors.length === 0 ? [] : regions.names.map((_, k) => placeAmong(centreOf(regions, k), vectors, places));
  return {
    x,
    y,
    slice,
    region,
    before: vectors.map((vector) => routeToRegion(before, vector)),
    centres: { before: centres(before), after: centres(after) },
  };
}
