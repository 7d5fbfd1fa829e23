/**
 * Columns that grow while a file is read.
 * @module
 */

/** The kinds of column interactions are kept in. */
export type NumberColumn = Int32Array | Float32Array | Float64Array;

/** Numbers per segment: 4 MiB of Int32, so that growing never copies what is already there. */
const SEGMENT = 1 << 20;

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

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#segment = make(SEGMENT);
  }

  /** Numbers pushed so far. */
  get length(): number {
    return this.#full.length * SEGMENT + this.#used;
  }

  /** Appends one number. */
  push(value: number): void {
    if (this.#used === SEGMENT) {
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
