/**
 * Whether results may be held to committed ones at all, and how closely.
 * @module
 */
import type { ResolvedSpec } from "../../spec/types.ts";
import type { Results } from "../types.ts";
import type { Differing } from "./differing.ts";
import { fileChanges, filesOf, type Origin, originChanges, type ReadFiles } from "./origins.ts";
import { changesFigures, specChanges } from "./spec_changes.ts";

/** Why results cannot be held to committed ones. */
export interface Obstacle {
  /** What the committed results were made from that these are not. */
  readonly what: "spec" | "data" | "engine" | "results";
  /** The places that differ: committed, then here. None where there are no results to read. */
  readonly differing: readonly Differing[];
  /** What stands in the way, and what to do: sentences. */
  readonly words: string;
}

/** How closely results are held: 0 is exactly, in every figure; else measures alone, within so much. */
export interface Closeness {
  /** "exact": the same bits are wanted. "tolerance": measures may differ by `tolerance`, the rest of what training makes is not held. */
  readonly kind: "exact" | "tolerance";
  /** Largest difference of a measure. */
  readonly tolerance: number;
  /** Why not exactly: the places in which engine, versions or machine differ. */
  readonly differing: readonly Differing[];
}

/** Another spec's results say nothing. */
export function specObstacle(committed: Results, spec: ResolvedSpec): Obstacle | undefined {
  const differing = specChanges([committed.spec, spec]).filter(changesFigures);
  if (differing.length === 0) return undefined;
  return {
    what: "spec",
    differing,
    words:
      "The committed results were made from another spec. Where the change is meant, run the spec again and commit its report.",
  };
}

/** What can be said before a search has chosen: all but the backbone's and the methods' settings. */
export const unsearchedObstacle = (committed: Results, spec: ResolvedSpec): Obstacle | undefined =>
  specObstacle({ ...committed, spec: { ...committed.spec, backbone: spec.backbone, methods: spec.methods } }, spec);

/** Where all else is alike, a search that chose otherwise than it did; without a search {@linkcode specObstacle}. */
export function searchedObstacle(committed: Results, spec: ResolvedSpec): Obstacle | undefined {
  const found = specObstacle(committed, spec);
  if (found === undefined || spec.search === undefined || unsearchedObstacle(committed, spec) !== undefined) {
    return found;
  }
  const words =
    "The search chose other settings than the committed results were made with: a trial's score moved, as it may on another engine or processor, or the program did. Where that is meant, run the spec again and commit its report.";
  return { ...found, words };
}

/** Nor do those of other data. */
export function dataObstacle(committed: Results, read: ReadFiles): Obstacle | undefined {
  const differing = fileChanges([filesOf(committed), read]);
  if (differing.length === 0) return undefined;
  return {
    what: "data",
    differing,
    words:
      "The committed results were made from other data: checksums differ. deno task data verify says whether a file is as published; where the data have changed, run the spec again and commit its report.",
  };
}

/**
 * How closely results of an engine are held to committed ones: exactly where rung, versions, device and threads are the same, within
 * `tolerance` elsewhere. Without one they are not comparable.
 *
 * @param asked what the command line asks for, on the same engine too.
 */
export function closeness(
  committed: Results,
  here: Origin,
  { reproduce }: ResolvedSpec,
  asked: number | undefined,
): Closeness | Obstacle {
  const differing = originChanges([committed.provenance, here]);
  const tolerance = asked ?? (differing.length === 0 ? undefined : reproduce?.tolerance);
  if (tolerance !== undefined) return { kind: "tolerance", tolerance, differing };
  if (differing.length === 0) return { kind: "exact", tolerance: 0, differing };
  const rung = differing.some(({ place }) => place === "engine.rung")
    ? ` --engine ${committed.provenance.engine.rung} takes the same rung.`
    : "";
  return {
    what: "engine",
    differing,
    words:
      `The committed results were made on another engine, by other versions or on another device, and the spec has no reproduce.tolerance.${rung} --tolerance X holds measures within X.`,
  };
}
