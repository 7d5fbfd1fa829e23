/**
 * How far a data set's items, users and sequences go, counted before anything trains.
 * @module
 */
import { negativesOf } from "../backbones/losses.ts";
import type { ItemSet } from "../backbones/user_items.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import type { SlicedData, Windows } from "../data/types.ts";
import { itemsOf } from "../data/window_rows.ts";
import type { BackboneSpec } from "../spec/types.ts";

/** Users that a slice's windows are of. */
export const usersOf = (windows: Windows): ReadonlySet<number> => new Set(windows.users);

/** Training rows whose negatives may be no item at all, since the items kept from them are the whole catalogue; of how many. None where nothing trains. */
export function rowsWithoutNegatives(
  data: SlicedData,
  spec: BackboneSpec,
): { readonly short: number; readonly rows: number } {
  if (spec.weights !== undefined) return { short: 0, rows: 0 };
  const rows = trainingRows(data, spec);
  const { count } = rows.windows;
  let short = 0;
  if (negativesOf(spec.training.loss) > 0) {
    for (let row = 0; row < count; row++) if (isWhole(rows.excluded(row), data.catalogue.size)) short++;
  }
  return { short, rows: count };
}

/** Windows whose target and context together are the whole catalogue: an adapter's negatives may then be no item either. */
export function windowsWithoutNegatives(windows: Windows, catalogue: number): number {
  let short = 0;
  for (let row = 0; row < windows.count; row++) if (isWhole(itemsOf(windows, row), catalogue)) short++;
  return short;
}

function isWhole(items: ItemSet | Int32Array, catalogue: number): boolean {
  if (!(items instanceof Int32Array)) return items.size >= catalogue;
  if (items.length < catalogue) return false;
  const distinct = new Set(items);
  distinct.delete(0);
  return distinct.size >= catalogue;
}

/** Different contexts among windows as a backbone reads them, its last `length` items; counted up to `enough`. */
export function differentContexts(windows: Windows, length: number, enough: number): number {
  const { count, context } = windows;
  const seen = new Set<string>();
  const from = Math.max(0, context - length);
  for (let row = 0; row < count && seen.size < enough; row++) {
    seen.add(itemsOf(windows, row).subarray(from, context).join());
  }
  return seen.size;
}
