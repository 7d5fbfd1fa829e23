/**
 * Tensors as plain numbers: what is kept in files, and handed between stages.
 * @module
 */

/** A tensor as plain numbers, row-major. */
export interface PlainTensor {
  /** Sizes of its axes; empty for a scalar. */
  readonly shape: readonly number[];
  /** As many as the shape's product, the last axis fastest; the array's class is the dtype. */
  readonly values: Float32Array | Int32Array;
}

/** Tensors by name. */
export type PlainTensors = Readonly<Record<string, PlainTensor>>;
