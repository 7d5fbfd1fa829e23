/**
 * Small interactions for tests.
 * @module
 */
import fc from "fast-check";
import type { SliceOptions } from "../../src/data/slices.ts";
import type { Interactions, SlicedData, Windows } from "../../src/data/types.ts";
import { itemsOf } from "../../src/data/window_rows.ts";

/** [user, item, time, rating?] */
export type Row = [string, string, number, number?];

/** Columns of rows, ids in order of first appearance. */
export function interactionsOf(rows: readonly Row[]): Interactions {
  const userIds = [...new Set(rows.map(([user]) => user))];
  const itemIds = [...new Set(rows.map(([, item]) => item))];
  return {
    count: rows.length,
    users: Int32Array.from(rows, ([user]) => userIds.indexOf(user)),
    items: Int32Array.from(rows, ([, item]) => itemIds.indexOf(item)),
    times: Float64Array.from(rows, ([, , time]) => time),
    ...(rows[0]?.[3] !== undefined && { ratings: Float32Array.from(rows, ([, , , rating]) => rating ?? 0) }),
    userIds,
    itemIds,
    skippedLines: 0,
    notes: [],
    files: [],
  };
}

/** Options of a protocol with a short context. */
export function options(changes: Partial<SliceOptions> = {}): SliceOptions {
  return {
    minRating: 4,
    slices: { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 },
    windows: { context: 2, stride: 2 },
    denseStride: 1,
    catalogue: "all",
    retention: "training",
    ...changes,
  };
}

/** Windows as [user, items..., target] with raw ids, padding as "". */
export function shownWindows(
  { userIds, catalogue }: SlicedData,
  windows: Windows,
): string[][] {
  return Array.from({ length: windows.count }, (_, row) => [
    userIds[windows.users[row]!]!,
    ...Array.from(itemsOf(windows, row), (item) => catalogue.ids[item]!),
  ]);
}

/** Rows of a few users over distinct times, so many that slices are seldom without windows. */
export const distinctRows: fc.Arbitrary<Row[]> = fc.uniqueArray(fc.nat({ max: 100_000 }), {
  minLength: 40,
  maxLength: 150,
}).chain(
  (times) => {
    return fc.tuple(...times.map((time) => {
      return fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 30 }), fc.integer({ min: 3, max: 5 })).map(
        ([user, item, rating]): Row => [`u${user}`, String(item), time, rating],
      );
    }));
  },
);
