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
  const members = Array.from({ length: count }, () => ({ rows: [] as number[], weights: [] as number[], own: 0 }));
  const enter = (region: number, row: number, weight: number) => {
    members[region]!.rows.push(row);
    members[region]!.weights.push(weight);
  };
  belonging.route.forEach((region, row) => {
    members[region]!.own++;
    enter(region, row, 1);
  });
  belonging.route.forEach((_, row) => {
    for (const { region, times, weight } of softCopies(spec, belonging, row)) {
      for (let copy = 0; copy < times; copy++) enter(region, row, weight);
    }
  });
  return members
    .map((set, region) => ({ ...set, region }))
    .filter(({ rows, own }) => rows.length > 0 && (spec.adapters === "one" || own >= spec.minWindows))
    .sort((a, b) => b.rows.length - a.rows.length || a.region - b.region)
    .map(({ region, rows, weights, own }) => {
      const purpose = `region ${region + 1} ${slice.name}`;
      const replayed = Int32Array.from(setupRegion.keys()).filter((row) => setupRegion[row] === region);
      stream(seed, `replay ${purpose}`).shuffle(replayed);
      const kept = replayed.slice(0, Math.round(spec.replay * own)).sort();
      const all = new Float32Array(rows.length + kept.length).fill(1);
      all.set(weights);
      return {
        purpose,
        region,
        windows: joinRows([{ windows: slice.windows, rows: Int32Array.from(rows) }, { windows: setup, rows: kept }]),
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
  return {
    purpose: sets.map(({ purpose }) => purpose).join(" + "),
    windows: joinRows(parts),
    weights: Float32Array.from(parts.flatMap(({ rows, weights }) => Array.from(rows, (row) => weights[row]!))),
    finetuneRows: total(({ finetuneRows }) => finetuneRows),
    setupRows: total(({ setupRows }) => setupRows),
  };
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
