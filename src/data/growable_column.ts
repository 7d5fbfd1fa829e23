/**
 * Columns that grow while a file is read.
 * @module
 */

import { DataError } from "./errors.ts";

/** The kinds of column interactions are kept in. */
export type NumberColumn = Int32Array | Float32Array | Float64Array;

/** Numbers per segment: 4 MiB of Int32, so that growing never copies what is already there. */
const SEGMENT = 1 << 20;
/** Rows are numbered by Int32: 2^31 of them in all. */
const MOST_SEGMENTS = 2 ** 31 / SEGMENT;

/**
 * A typed array that grows by segments. Nothing is copied until {@linkcode GrowableColumn.finish}, so that the peak of memory is the
 * column itself plus its final copy, and not the doubled buffers of a vector.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GrowableColumn } from "./growable_column.ts";
 *
 * const column = new GrowableColumn((length) => new Int32Array(length));
 * column.push(3);
 * column.push(5);
 * assert.deepEqual(column.finish(), Int32Array.of(3, 5));
 * ```
 */
export class GrowableColumn<A extends NumberColumn> {
  #full: A[] = [];
  #segment: A;
  #used = 0;
  readonly #make: (length: number) => A;
  readonly #most: number;

  /** `most` is the limit in segments of 2^20 rows. */
  constructor(make: (length: number) => A, most: number = MOST_SEGMENTS) {
    this.#make = make;
    this.#most = most;
    this.#segment = make(SEGMENT);
  }

  /** Numbers pushed so far. */
  get length(): number {
    return this.#full.length * SEGMENT + this.#used;
  }

  /**
   * Appends one number.
   * @throws {DataError} when 2^31 rows are full: their numbers would wrap round.
   */
  push(value: number): void {
    if (this.#used === SEGMENT) {
      if (this.#full.length + 1 >= this.#most) {
        throw new DataError(`Cannot hold more than ${this.#most * SEGMENT} rows: read the file in parts`);
      }
      this.#full.push(this.#segment);
      this.#segment = this.#make(SEGMENT);
      this.#used = 0;
    }
    this.#segment[this.#used++] = value;
  }

  /** The column as one array of its exact length. Empties this one: its segments are free once copied. */
  finish(): A {
    const whole = this.#make(this.length);
    let at = 0;
    for (const segment of this.#full) {
      whole.set(segment, at);
      at += SEGMENT;
    }
    whole.set(this.#segment.subarray(0, this.#used), at);
    this.#full = [];
    this.#segment = this.#make(0);
    this.#used = SEGMENT;
    return whole;
  }
}
