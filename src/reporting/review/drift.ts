/**
 * Holding results to committed ones: what moved, by how much, and whether it may.
 * @module
 */
import type { Results } from "../types.ts";
import type { Closeness } from "./comparable.ts";
import { figureError } from "./standard_error.ts";
import { countFigures, type Differing, differing } from "./differing.ts";

/** A figure that is not as committed. */
export interface Moved {
  /** Its place in results.json. */
  readonly place: string;
  readonly committed: unknown;
  readonly found: unknown;
  /** Found less committed; of lists the largest difference of two entries. Absent where there is none to take. */
  readonly difference?: number;
  /** The difference in standard errors of the committed figure; absent for what has none. */
  readonly errors?: number;
  /** "drift": it should be as committed. "tolerated": within the tolerance. "free": not held on another engine. */
  readonly verdict: "drift" | "tolerated" | "free";
}

/** What holding results to committed ones gave. */
export interface Drift {
  /** Everything that moved: drift first, by standard errors, largest first. */
  readonly moved: readonly Moved[];
  /** Figures that were held, moved or not. */
  readonly held: number;
}

/**
 * Holds results to committed ones of the same spec and data. Durations, names and words do not count, nor do whole sections that an earlier
 * version's results do not have.
 */
export function drift(committed: Results, found: Results, { kind, tolerance }: Closeness): Drift {
  const added = Object.keys(found).filter((name) => name !== "failures" && !Object.hasOwn(committed, name));
  const known = without(found, ...added) as unknown as Results;
  const errors = standardErrors(committed);
  const judge = (pick: (results: Results) => unknown, most: number | undefined) =>
    differing([pick(committed), pick(known)]).map((each) => moved(each, errors.get(each.place), most));
  const strict = kind === "exact";
  const all = [
    ...judge(trained, strict ? 0 : undefined),
    ...judge(counted, 0),
    ...judge(measured, strict ? 0 : tolerance),
  ];
  // A run that one side lacks is missing once, not once for each kind of figure.
  const places = new Map(all.map((each) => [each.place, each]));
  const held = [measured, counted, ...(strict ? [trained] : [])];
  return {
    moved: [...places.values()].toSorted((a, b) => rank(a) - rank(b) || (b.errors ?? -1) - (a.errors ?? -1)),
    held: held.reduce((sum, pick) => sum + countFigures(pick(committed)), 0),
  };
}

const VERDICTS = ["drift", "tolerated", "free"] as const;
const rank = ({ verdict }: Moved): number => VERDICTS.indexOf(verdict);

/** What ranking gives: held within a tolerance. */
const measured = ({ runs }: Results) => ({
  runs: runs.map(({ label, seed, measures, matrix }) => ({ label, seed, measures, matrix })),
});

/** What data and spec alone decide: held exactly on every engine. */
const counted = ({ data, audit, backbone: { parameters }, failures = [] }: Results) => ({
  data: without(data, "title", "notes"),
  audit: audit?.map((entry) => without(entry, "statement", "unit")),
  backbone: { parameters },
  failures: failures.map(({ label, seed }) => ({ label, seed })),
});

/** Held to each other elsewhere, or no figures. */
const ELSEWHERE = [
  "$schema",
  "version",
  "name",
  "spec",
  "differences",
  "data",
  "audit",
  "provenance",
  "durations",
  "failures",
];

/** All else a training leaves: costs but seconds, losses, regions, what is reckoned from measures, and whatever later versions add. */
const trained = (results: Results) => ({
  ...without(results, ...ELSEWHERE),
  backbone: without(results.backbone, "parameters", "weights", "checkpoint"),
  runs: results.runs.map((run) => ({
    ...without(run, "method", "options", "measures", "matrix"),
    cost: without(run.cost, "seconds"),
    ...(run.regions && { regions: without(run.regions, "notes") }),
  })),
});

const without = (value: object, ...names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

function moved(
  { place, values: [committed, found] }: Differing,
  error: number | undefined,
  most: number | undefined,
): Moved {
  const difference = differenceOf(committed, found);
  const within = most !== undefined && difference !== undefined && typeof committed === "number" &&
    Math.abs(difference) <= most + ROUNDING;
  return {
    place,
    committed,
    found,
    ...(difference !== undefined && { difference }),
    ...(difference !== undefined && error !== undefined && { errors: Math.abs(difference) / error }),
    verdict: most === undefined ? "free" : within ? "tolerated" : "drift",
  };
}

/** Figures have six decimals; a difference of two of them may not be told from the tolerance by the last bit. */
const ROUNDING = 1e-9;

function differenceOf(a: unknown, b: unknown): number | undefined {
  if (typeof a === "number" && typeof b === "number") return b - a;
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
  const [before, after] = [a.flat(Infinity), b.flat(Infinity)];
  if (before.length !== after.length) return undefined;
  const differences = before.map((value, i) => typeof value === "number" ? Number(after[i]) - value : NaN);
  if (differences.some(Number.isNaN)) return undefined;
  return differences.reduce((most, each) => Math.abs(each) > Math.abs(most) ? each : most, 0);
}

/** Standard errors of the measures that have one, by place. */
function standardErrors(results: Results): Map<string, number> {
  const errors = new Map<string, number>();
  const set = (place: string, label: string, slice: string, measure: string, value: number) => {
    const error = figureError(results, { label, slice, measure }, value);
    if (error !== undefined) errors.set(place, error);
  };
  for (const { label, seed, measures, matrix } of results.runs) {
    const run = `runs[${label}, seed ${seed}]`;
    for (const [slice, values] of Object.entries(measures)) {
      for (const [name, value] of Object.entries(values)) {
        set(`${run}.measures.${slice}.${name}`, label, slice, name, value);
      }
    }
    for (const { stage, measures } of matrix) {
      for (const [slice, value] of Object.entries(measures)) {
        set(`${run}.matrix[${stage}].measures.${slice}`, label, slice, results.spec.report.measure, value);
      }
    }
  }
  return errors;
}
