/**
 * What the rest of the program may know of regions: plain numbers, no tensors. Angles are radians.
 * @module
 */

/**
 * Directions as rows of a matrix that need not be in memory: in a file, they are read a range at a time. Every row has length 1 (or 0: a sequence
 * without a direction).
 */
export interface VectorRows {
  /** Rows. */
  readonly count: number;
  /** Length of a row, d. */
  readonly width: number;
  /** Rows to read at a time; it changes memory and time, never a result. */
  readonly block: number;
  /** Rows [from, to), row-major; not the caller's to change. */
  read(from: number, to: number): Promise<Float32Array>;
}

/** Directions in memory. */
export interface UnitVectors extends VectorRows {
  /** [count, width] row-major. */
  readonly values: Float32Array;
}

/** Products of rows and centres in float32, as an engine computes them fast. */
export interface Products {
  /** How far a number may move, relatively, before it is multiplied. */
  readonly rounding: number;
  /**
   * All products.
   *
   * @param rows [n, width] row-major
   * @param centres [k, width] row-major
   * @returns [n, k] row-major, each added up in float32 in any order
   */
  of(rows: Float32Array, centres: Float32Array, width: number): Promise<Float32Array>;
}

/** The draws regions need of a random stream; the engine's streams offer them. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform in 0..bound-1. */
  integer(bound: number): number;
}

/** Centres and the nearest centre of every vector. */
export interface Clustering {
  /** Number of centres, K. */
  readonly count: number;
  /** Length of a centre, d. */
  readonly width: number;
  /** [K, width], unit rows. */
  readonly centres: Float64Array;
  /** [vectors], 0..K-1. */
  readonly labels: Int32Array;
}

/**
 * Preference regions on the unit sphere (RAIE section 3.2): K von Mises-Fisher components with a radius each.
 * A value: no operation changes it, each gives a new one.
 */
export interface Regions {
  /** K. */
  readonly count: number;
  /** Length of a centre, d. */
  readonly width: number;
  /** [K], stable over edits: "R1", "R2"...; merged regions are "R1+R3". */
  readonly names: readonly string[];
  /** [K, width], posterior centres c_k, unit rows. */
  readonly centres: Float64Array;
  /** [K, width], prior centres c0_k, unit rows. */
  readonly priorCentres: Float64Array;
  /** [K], radii R_k: a quantile of the angle from prior centre to member at construction, grown by Expand. */
  readonly radii: Float64Array;
  /** [K], standard deviation of the angles from prior centre to member at construction. */
  readonly deviations: Float64Array;
  /** [K, width], sums S_k of members' vectors. */
  readonly sums: Float64Array;
  /** [K], members n_k; fractional after Expand. */
  readonly counts: Float64Array;
  /** [K], concentrations in [1, 1e6]. */
  readonly kappa: Float64Array;
  /** [K], shares; they sum to 1. */
  readonly pi: Float64Array;
  /** n0, the weight of a prior centre in members. */
  readonly priorStrength: number;
  /** Rate at which a re-estimated kappa replaces the old one, in (0, 1]. */
  readonly emaRate: number;
}

/** The editing operations a gate can choose. */
export const ACTIONS = ["update", "expand", "add"] as const;

/** One of them. */
export type Action = (typeof ACTIONS)[number];

/** What a gate says of one sequence. */
export interface Decision {
  /** The gate's word, whether or not the operation is switched on. */
  readonly action: Action;
  /** k1, the most probable region. */
  readonly first: number;
  /** k2, the runner-up; -1 when there is one region. */
  readonly second: number;
  /** Probability of k1 under the gate. */
  readonly p1: number;
  /** Probability of k2; 0 when there is one region. */
  readonly p2: number;
  /** Angle to the centre of k1, radians. */
  readonly angle: number;
}

/** What a gate says of many sequences: columns of {@linkcode Decision}, all [count]. */
export interface Decisions {
  /** Sequences. */
  readonly count: number;
  /** Places in {@linkcode ACTIONS}. */
  readonly actions: Uint8Array;
  /** k1. */
  readonly first: Int32Array;
  /** k2, or -1. */
  readonly second: Int32Array;
  /** In [0, 1]. */
  readonly p1: Float64Array;
  /** In [0, 1]. */
  readonly p2: Float64Array;
  /** Radians. */
  readonly angle: Float64Array;
}

/** Sequences per operation, and what became of pools. */
export interface EditReport {
  /** Sequences that were an Update, an Expand, or went to the pool. */
  readonly update: number;
  /** Sequences that were an Expand. */
  readonly expand: number;
  /** Sequences that went to the pool. */
  readonly add: number;
  /** Sequences whose operation is switched off. */
  readonly withheld: number;
  /** Pairs of regions merged. */
  readonly merged: number;
  /** New regions. */
  readonly accepted: number;
  /** Pools that were large enough and did not raise the BIC: 0 or 1. */
  readonly refused: number;
  /** Pool sequences that made no new region. */
  readonly fellBack: number;
}
