/**
 * What a backbone is trained on: sequences with the next item at every position.
 * @module
 */
import type { SlicedData } from "../data/types.ts";
import { DataError } from "../data/errors.ts";
import type { BackboneSpec } from "../spec/types.ts";

/** Left-padded sequences, [count, time] row-major: `next[i]` follows `items[i]`; 0 is padding in both. */
export interface TrainingRows {
  /** Rows, at least 1. */
  readonly count: number;
  /** Positions of a row. */
  readonly time: number;
  /** [count, time], what a position reads. */
  readonly items: Int32Array;
  /** [count, time], what it predicts. */
  readonly next: Int32Array;
  /** [count, time], seconds since 1970 of `items`; 0 at padding. */
  readonly times: Float64Array;
  /** Items that may not be drawn as negatives of a row. */
  excluded(row: number): ReadonlySet<number> | Int32Array;
}

/**
 * The rows a spec asks for: every S window, or one row a user, the last maxLength + 1 positives of S (the authors' code; method.md 10).
 *
 * @throws {DataError} when nothing is left to train on.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadDataset } from "../data/load.ts";
 * import { sliceInteractions } from "../data/slices.ts";
 * import { parseSpec } from "../spec/parse.ts";
 * import { trainingRows } from "./training_rows.ts";
 * const { resolved } = parseSpec(
 *   '{"name":"a","dataset":{"format":"synthetic","users":20,"items":20},"windows":{"context":5},' +
 *     '"backbone":{"kind":"sasrec","training":{"rows":"windows"}},"methods":["base"]}',
 *   "a.json",
 * );
 * const data = sliceInteractions(await loadDataset(resolved.dataset), { ...resolved, denseStride: 1 });
 * const rows = trainingRows(data, resolved.backbone);
 * assert.deepEqual([rows.count, rows.time], [data.setup.windows.count, 5]);
 * // Inside a row the next item is what the position after it reads.
 * assert.deepEqual([...rows.next.subarray(0, 4)], [...rows.items.subarray(1, 5)]);
 * ```
 */
export function trainingRows(data: SlicedData, spec: BackboneSpec): TrainingRows {
  const rows = spec.training.rows === "windows" ? windowRows(data, spec) : userTails(data, spec);
  if (rows.count === 0) {
    throw new DataError(
      `Cannot train ${spec.kind}: no row is left for backbone.training.rows "${spec.training.rows}" (minPositives ${spec.training.minPositives})`,
    );
  }
  return rows;
}

function windowRows({ setup }: SlicedData, spec: BackboneSpec): TrainingRows {
  const { windows } = setup;
  const width = windows.context + 1;
  const time = Math.min(windows.context, spec.maxLength);
  const rows = emptyRows(windows.count, time);
  for (let row = 0; row < windows.count; row++) {
    const end = (row + 1) * width;
    rows.items.set(windows.items.subarray(end - 1 - time, end - 1), row * time);
    rows.next.set(windows.items.subarray(end - time, end), row * time);
    rows.times.set(windows.times.subarray(end - 1 - time, end - 1), row * time);
  }
  const own = spec.training.negativesOutside === "user" ? userItems(setup.sequences) : undefined;
  return {
    ...rows,
    excluded: (row) => own?.get(windows.users[row]!) ?? windows.items.subarray(row * width, (row + 1) * width),
  };
}

function userTails({ setup }: SlicedData, spec: BackboneSpec): TrainingRows {
  const { users, offsets, items, times } = setup.sequences;
  const least = Math.max(2, spec.training.minPositives);
  const chosen: number[] = [];
  for (let user = 0; user < users.length; user++) if (offsets[user + 1]! - offsets[user]! >= least) chosen.push(user);
  const time = spec.maxLength;
  const rows = emptyRows(chosen.length, time);
  chosen.forEach((user, row) => {
    const end = offsets[user + 1]!;
    const length = Math.min(time, end - offsets[user]! - 1);
    rows.items.set(items.subarray(end - 1 - length, end - 1), (row + 1) * time - length);
    rows.next.set(items.subarray(end - length, end), (row + 1) * time - length);
    rows.times.set(times.subarray(end - 1 - length, end - 1), (row + 1) * time - length);
  });
  const own = spec.training.negativesOutside === "user" ? userItems(setup.sequences) : undefined;
  return {
    ...rows,
    excluded: (row) => {
      const user = chosen[row]!;
      return own?.get(users[user]!) ??
        items.subarray(Math.max(offsets[user]!, offsets[user + 1]! - time - 1), offsets[user + 1]!);
    },
  };
}

function emptyRows(count: number, time: number) {
  return {
    count,
    time,
    items: new Int32Array(count * time),
    next: new Int32Array(count * time),
    times: new Float64Array(count * time),
  };
}

/** Every user's items in a slice. */
function userItems({ users, offsets, items }: SlicedData["setup"]["sequences"]): Map<number, ReadonlySet<number>> {
  const sets = new Map<number, ReadonlySet<number>>();
  users.forEach((user, index) => sets.set(user, new Set(items.subarray(offsets[index]!, offsets[index + 1]!))));
  return sets;
}
