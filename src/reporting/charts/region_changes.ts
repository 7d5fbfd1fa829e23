/**
 * What became of each region from before the first F slice to after the last.
 * @module
 */
import type { RegionResult, RegionsResult } from "../types.ts";

/** A region as it is after editing, or one that is there no longer, with the regions on S that it comes from. */
export interface RegionChange {
  readonly name: string;
  /** "merged": of two or more, of which some may have been new. */
  readonly kind: "kept" | "new" | "merged" | "gone";
  /** Its place in `after`; for one that is gone a place behind all of these. What colours go by. */
  readonly place: number;
  /** Places in `before` of the regions it comes from. */
  readonly from: readonly number[];
  readonly before: readonly RegionResult[];
  readonly after?: RegionResult;
}

/** Joins the names of regions that became one. */
const JOINT = "+";

/** Every region after editing in its order, then those that are gone. */
export function regionChanges({ before, after }: Pick<RegionsResult, "before" | "after">): RegionChange[] {
  const names = before.map(({ name }) => name);
  const found = after.map((region, place): RegionChange => {
    const { name } = region;
    const kept = names.indexOf(name);
    const parts = kept >= 0 ? [name] : name.split(JOINT);
    const from = parts.map((part) => names.indexOf(part)).filter((at) => at >= 0);
    const kind = kept >= 0 ? "kept" : parts.length > 1 ? "merged" : "new";
    return { name, kind, place, from, before: from.flatMap((at) => before[at] ?? []), after: region };
  });
  const continued = new Set(found.flatMap(({ from }) => from));
  const gone = before.flatMap((region, at): RegionChange[] =>
    continued.has(at) ? [] : [{ name: region.name, kind: "gone", place: 0, from: [at], before: [region] }]
  );
  return [...found, ...gone.map((change, i) => ({ ...change, place: after.length + i }))];
}
