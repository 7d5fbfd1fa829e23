/**
 * What each region's adapter trains on (method.md 7): the region's F windows, soft copies of windows that lie between two regions, and S windows
 * of the same region.
 * @module
 */
import type { TrainingSet } from "../adapters/batches.ts";
import { joinRows } from "../data/rows.ts";
import type { Windows } from "../data/types.ts";
import { stream } from "../engine/random.ts";
import type { Belonging } from "../regions/mod.ts";
import type { RegionsSpec } from "../spec/types.ts";

/** A set with how many rows came from F and from S; those of F come first. */
export interface MixedSet extends TrainingSet {
  /** Of each row. */
  readonly weights: Float32Array;
  /** F windows, copies counted. */
  readonly finetuneRows: number;
  /** S windows replayed. */
  readonly setupRows: number;
}

/** A region's set. */
export interface RegionSet extends MixedSet {
  /** Whose windows they are. */
  readonly region: number;
}

/** What the sets are made from. */
export interface SetSources {
  /** The F slice adapted to. */
  readonly slice: { readonly name: string; readonly windows: Windows };
  /** How F windows belong to regions after editing. */
  readonly belonging: Belonging;
  /** S windows regions were built on. */
  readonly setup: Windows;
  /** [S windows]: the region a window may be replayed in, -1 for none. */
  readonly setupRegion: Int32Array;
  /** Root of the draw of replayed windows. */
  readonly seed: number;
}

/**
 * The training sets of all regions that got any F window, and at least `minWindows` where each has an adapter, largest first.
 *
 * A window enters its region's set once with weight 1. `softCopies: "gate"`: an Expand enters its second region's set too, with weight
 * p2 / (p1 + p2). `"rounded"` (authors): every window enters round(2 p1) and round(2 p2) more times in the sets of its two best regions.
 * `replay` S windows for each F window of the region (copies not counted) are drawn without replacement; all of them when there are fewer.
 */
export function regionSets(spec: RegionsSpec, count: number, sources: SetSources): RegionSet[] {
  const { slice, belonging, setup, setupRegion, seed } = sources;
  const members = entered(spec, count, belonging);
  const replayable = rowsByRegion(setupRegion, count);
  return members
    .map((set, region) => ({ ...set, region }))
    .filter(({ rows, own }) => rows.length > 0 && (spec.adapters === "one" || own >= spec.minWindows))
    .sort((a, b) => b.rows.length - a.rows.length || a.region - b.region)
    .map(({ region, rows, weights, own }) => {
      const purpose = `region ${region + 1} ${slice.name}`;
      const replayed = replayable[region]!;
      stream(seed, `replay ${purpose}`).shuffle(replayed);
      const kept = replayed.slice(0, Math.round(spec.replay * own)).sort();
      const all = new Float32Array(rows.length + kept.length).fill(1);
      all.set(weights);
      return {
        purpose,
        region,
        windows: joinRows([{ windows: slice.windows, rows }, { windows: setup, rows: kept }]),
        weights: all,
        finetuneRows: rows.length,
        setupRows: kept.length,
      };
    });
}

/**
 * All regions' sets as one, for one adapter (`adapters: "one"`): the same rows with the same weights, a window in two regions' sets twice. Of one
 * set it makes the same again.
 *
 * @param sets at least one
 */
export function joinedSet(sets: readonly MixedSet[]): MixedSet {
  const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, index) => from + index);
  const parts = [
    ...sets.map(({ finetuneRows, ...set }) => ({ ...set, rows: range(0, finetuneRows) })),
    ...sets.map(({ finetuneRows, ...set }) => ({ ...set, rows: range(finetuneRows, set.windows.count) })),
  ];
  const total = (of: (set: MixedSet) => number) => sets.reduce((sum, set) => sum + of(set), 0);
  const weights = new Float32Array(total(({ windows }) => windows.count));
  let at = 0;
  for (const { rows, weights: own } of parts) for (const row of rows) weights[at++] = own[row]!;
  return {
    purpose: sets.map(({ purpose }) => purpose).join(" + "),
    windows: joinRows(parts),
    weights,
    finetuneRows: total(({ finetuneRows }) => finetuneRows),
    setupRows: total(({ setupRows }) => setupRows),
  };
}

/** F windows of one region's set. */
interface Members {
  /** Into F's windows, copies behind those that are routed here. */
  readonly rows: Int32Array;
  /** Of each row. */
  readonly weights: Float32Array;
  /** Windows that are routed here. */
  readonly own: number;
}

/** Puts every window into its region's set, and then all copies into theirs: once to count them, and once to write them. */
function entered(spec: RegionsSpec, count: number, belonging: Belonging): Members[] {
  const own = new Int32Array(count);
  for (const region of belonging.route) own[region]!++;
  const sizes = own.slice();
  eachCopy(spec, belonging, (region) => sizes[region]!++);
  const members = Array.from(sizes, (size, region) => ({
    rows: new Int32Array(size),
    weights: new Float32Array(size).fill(1),
    own: own[region]!,
  }));
  const filled = new Int32Array(count);
  belonging.route.forEach((region, row) => members[region]!.rows[filled[region]!++] = row);
  eachCopy(spec, belonging, (region, row, weight) => {
    const at = filled[region]!++;
    members[region]!.rows[at] = row;
    members[region]!.weights[at] = weight;
  });
  return members;
}

/** Rows by their region, of 0 to count - 1, ascending; those of no such region are left out. */
function rowsByRegion(regionOf: Int32Array, count: number): Int32Array[] {
  const sizes = new Int32Array(count);
  const among = (region: number) => region >= 0 && region < count;
  for (const region of regionOf) if (among(region)) sizes[region]!++;
  const rows = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(count);
  regionOf.forEach((region, row) => {
    if (among(region)) rows[region]![filled[region]!++] = row;
  });
  return rows;
}

function eachCopy(
  spec: RegionsSpec,
  belonging: Belonging,
  enter: (region: number, row: number, weight: number) => void,
): void {
  for (let row = 0; row < belonging.route.length; row++) {
    for (const { region, times, weight } of softCopies(spec, belonging, row)) {
      for (let copy = 0; copy < times; copy++) enter(region, row, weight);
    }
  }
}

function softCopies(spec: RegionsSpec, { first, second, p1, p2, expanded }: Belonging, row: number) {
  const two = second[row]! >= 0;
  switch (spec.softCopies) {
    case "none":
      return [];
    case "gate":
      return two && expanded[row] === 1
        ? [{ region: second[row]!, times: 1, weight: p2[row]! / (p1[row]! + p2[row]!) }]
        : [];
    case "rounded":
      return [
        { region: first[row]!, times: Math.round(2 * p1[row]!), weight: 1 },
        ...(two ? [{ region: second[row]!, times: Math.round(2 * p2[row]!), weight: 1 }] : []),
      ];
  }
}
