/**
 * What a backbone is trained on: runs of items from S.
 * @module
 */
import type { SlicedData, Windows } from "../data/types.ts";
import { DataError } from "../data/errors.ts";
import { allRows } from "../data/rows.ts";
import { itemsOf, windowsOf } from "../data/window_rows.ts";
import { type ItemSet, userItems } from "./user_items.ts";
import type { BackboneSpec, TransformerSpec } from "../spec/types.ts";

/** Runs of items: all but the first are what is to be learnt, each from those before it (or from both sides, in a cloze model). */
export interface TrainingRows {
  /** The runs; shorter ones are padded on the left with item 0. */
  readonly windows: Windows;
  /** Items that may not be drawn as negatives of a row. */
  excluded(row: number): ItemSet | Int32Array;
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
 * const { windows } = trainingRows(data, resolved.backbone);
 * assert.deepEqual([windows.count, windows.context], [data.setup.windows.count, 5]);
 * ```
 */
export function trainingRows(data: SlicedData, spec: BackboneSpec): TrainingRows {
  if (spec.kind === "llama") return someRows(windowRows(data.setup.windows), spec, "");
  const { rows, minPositives } = spec.training;
  const made = rows === "windows" ? setupWindows(data, spec) : userTails(data, spec);
  return someRows(made, spec, ` for backbone.training.rows "${rows}" (minPositives ${minPositives})`);
}

function someRows(rows: TrainingRows, { kind }: BackboneSpec, asked: string): TrainingRows {
  if (rows.windows.count > 0) return rows;
  throw new DataError(`Cannot train ${kind}: no row is left${asked}`);
}

/** Windows as rows: negatives keep away from the window's own items. */
export function windowRows(windows: Windows): TrainingRows {
  return { windows, excluded: (row) => itemsOf(windows, row) };
}

function setupWindows({ setup }: SlicedData, spec: TransformerSpec): TrainingRows {
  const rows = windowRows(setup.windows);
  if (spec.training.negativesOutside === "row") return rows;
  const own = userItems(setup.sequences);
  return { ...rows, excluded: (row) => own(setup.windows.users[row]!) ?? rows.excluded(row) };
}

function userTails({ setup }: SlicedData, spec: TransformerSpec): TrainingRows {
  const { users, offsets, items, times } = setup.sequences;
  const least = Math.max(2, spec.training.minPositives);
  const chosen = allRows(users.length).filter((user) => offsets[user + 1]! - offsets[user]! >= least);
  const context = spec.maxLength;
  const width = context + 1;
  const tails = {
    context,
    users: chosen.map((user) => users[user]!),
    items: new Int32Array(chosen.length * width),
    times: new Float64Array(chosen.length * width),
  };
  chosen.forEach((user, row) => {
    const end = offsets[user + 1]!;
    const from = Math.max(offsets[user]!, end - width);
    tails.items.set(items.subarray(from, end), (row + 1) * width - (end - from));
    tails.times.set(times.subarray(from, end), (row + 1) * width - (end - from));
  });
  const windows = windowsOf(tails);
  const rows = windowRows(windows);
  if (spec.training.negativesOutside === "row") return rows;
  const own = userItems(setup.sequences);
  return { ...rows, excluded: (row) => own(windows.users[row]!) ?? rows.excluded(row) };
}
