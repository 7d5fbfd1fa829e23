/**
 * Regions as plain arrays, ready for JSON, and back.
 * @module
 */
import type { Regions } from "./types.ts";

/** Regions without typed arrays. JSON keeps every float64 exactly, so a resumed run routes as the first one did. */
export interface RegionArrays {
  /** K. */
  readonly count: number;
  /** Length of a centre. */
  readonly width: number;
  /** [K], see {@linkcode Regions.names}. */
  readonly names: readonly string[];
  /** n0, in members. */
  readonly priorStrength: number;
  /** In (0, 1]. */
  readonly emaRate: number;
  /** Matrices row-major. */
  readonly arrays: Readonly<Record<ArrayName, readonly number[]>>;
}

/** The arrays that {@linkcode RegionArrays} holds, each under its name in {@linkcode Regions}. */
export type ArrayName = "centres" | "priorCentres" | "sums" | "radii" | "deviations" | "counts" | "kappa" | "pi";

const NAMES: readonly ArrayName[] = [
  "centres",
  "priorCentres",
  "sums",
  "radii",
  "deviations",
  "counts",
  "kappa",
  "pi",
];

/**
 * Copies regions into plain arrays, matrices row-major.
 *
 * @example
 * ```ts
 * import { regionsFromArrays, regionsToArrays } from "./arrays.ts";
 * import { buildRegions } from "./build_regions.ts";
 * import { sphericalKMeans } from "./spherical_k_means.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const vectors = unitVectors([1, 0, 0, 1], 2);
 * const regions = await buildRegions(vectors, await sphericalKMeans(vectors, 2, { seeds: [1, 0, 0, 1] }));
 * assert.deepEqual(regionsFromArrays(JSON.parse(JSON.stringify(regionsToArrays(regions)))), regions);
 * ```
 */
export function regionsToArrays(regions: Regions): RegionArrays {
  const { count, width, names, priorStrength, emaRate } = regions;
  const entries = NAMES.map((name) => [name, Array.from(regions[name])] as const);
  return {
    count,
    width,
    names: [...names],
    priorStrength,
    emaRate,
    arrays: Object.fromEntries(entries) as Record<ArrayName, number[]>,
  };
}

/**
 * The inverse of {@linkcode regionsToArrays}.
 *
 * @throws TypeError naming the array that is missing, of the wrong length or not finite
 */
export function regionsFromArrays(plain: RegionArrays): Regions {
  const { count, width, names, priorStrength, emaRate } = plain;
  const refuse = (what: string): never => {
    throw new TypeError(`Cannot read regions: ${what}`);
  };
  const natural = (value: number) => Number.isInteger(value) && value > 0;
  if (!natural(count) || !natural(width)) refuse(`count ${count} and width ${width}, wanted whole numbers above 0`);
  if (!Array.isArray(names) || names.length !== count) refuse(`names, wanted ${count} of them`);
  if (!(priorStrength >= 0) || !(emaRate > 0 && emaRate <= 1)) {
    refuse(`prior strength ${priorStrength} and EMA rate ${emaRate}, wanted at least 0, and above 0 to 1`);
  }
  const read = (name: ArrayName, length: number): Float64Array => {
    const values = plain.arrays?.[name];
    if (!Array.isArray(values) || values.length !== length) {
      return refuse(`"${name}" has ${values?.length ?? "no"} numbers, wanted ${length}`);
    }
    if (!values.every(Number.isFinite)) refuse(`"${name}" holds a value that is not a finite number`);
    return Float64Array.from(values);
  };
  return {
    count,
    width,
    names: [...names],
    centres: read("centres", count * width),
    priorCentres: read("priorCentres", count * width),
    sums: read("sums", count * width),
    radii: read("radii", count),
    deviations: read("deviations", count),
    counts: read("counts", count),
    kappa: read("kappa", count),
    pi: read("pi", count),
    priorStrength,
    emaRate,
  };
}
