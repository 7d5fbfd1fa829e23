/**
 * Vectors block after block: whatever is computed over rows goes through here, so that they need not all be in memory.
 * @module
 */
import type { UnitVectors, VectorRows } from "./types.ts";

/** Rows that are read at a time. */
export const BLOCK = 8192;

/** Consecutive rows. */
export interface RowBlock {
  /** The first one's place among all rows. */
  readonly from: number;
  /** Rows. */
  readonly count: number;
  /** [count, width] row-major. */
  readonly values: Float32Array;
}

/**
 * Unit rows that are in memory.
 *
 * @param values [count, width] row-major
 * @param block see {@linkcode VectorRows.block}
 */
export function inMemory(values: Float32Array, width: number, block = BLOCK): UnitVectors {
  return {
    count: values.length / width,
    width,
    block,
    values,
    read: (from, to) => Promise.resolve(values.subarray(from * width, to * width)),
  };
}

/** Rows [from, from + count) as rows of their own. */
export function rowRange(rows: VectorRows, from: number, count: number): VectorRows {
  return { ...rows, count, read: (first, last) => rows.read(from + first, from + last) };
}

/**
 * All rows in order, a block at a time.
 *
 * @example
 * ```ts
 * import { inMemory, rowBlocks } from "./vector_rows.ts";
 * import assert from "node:assert/strict";
 *
 * const found: number[] = [];
 * for await (const { from, count } of rowBlocks(inMemory(Float32Array.of(1, 0, 0, 1, 1, 0), 2, 2))) found.push(from, count);
 * assert.deepEqual(found, [0, 2, 2, 1]);
 * ```
 */
export async function* rowBlocks(rows: VectorRows): AsyncGenerator<RowBlock> {
  for (let from = 0; from < rows.count; from += rows.block) {
    const to = Math.min(from + rows.block, rows.count);
    yield { from, count: to - from, values: await rows.read(from, to) };
  }
}

/** One row. */
export const readRow = (rows: VectorRows, row: number): Promise<Float32Array> => rows.read(row, row + 1);

/** The rows named, in memory; those of a block are read with it. Fastest in ascending order. */
export async function selectRows(rows: VectorRows, named: ArrayLike<number>): Promise<UnitVectors> {
  const { width, block } = rows;
  const values = new Float32Array(named.length * width);
  let from = 0, to = 0;
  let read = new Float32Array(0);
  for (let place = 0; place < named.length; place++) {
    const row = named[place]!;
    if (row < from || row >= to) {
      from = row - row % block;
      to = Math.min(from + block, rows.count);
      read = await rows.read(from, to) as Float32Array<ArrayBuffer>;
    }
    values.set(read.subarray((row - from) * width, (row - from + 1) * width), place * width);
  }
  return inMemory(values, width);
}
