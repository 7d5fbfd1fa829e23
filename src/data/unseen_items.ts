/**
 * Windows whose items a model may never have seen.
 * @module
 */
import { allRows, joinRows } from "./rows.ts";
import type { Windows } from "./types.ts";
import { itemsOf, targetOf, timesOf } from "./window_rows.ts";

/** Windows with known items only, and how many were left out. */
export interface KnownWindows {
  readonly windows: Windows;
  readonly dropped: number;
}

/**
 * Under `catalogue: "seen"` a model can neither score nor read an item that appears in T only. A window with such a target is dropped and
 * counted, since no model could be right about it. Inside a context such items are taken out and the rest moves to the end, with padding (0)
 * in front, as in the context of a user with a shorter history; padding has the time of the first item left. A window whose context is
 * empty after that is dropped too.
 *
 * @returns Windows over a pool that begins with theirs; rows that were changed follow it.
 */
export function withoutUnseenItems(windows: Windows): KnownWindows {
  const { count, context, pool } = windows;
  const known = (row: number) => itemsOf(windows, row).reduce((known, item) => known + (item === 0 ? 0 : 1), 0);
  const kept = allRows(count).filter((row) => targetOf(windows, row) !== 0 && known(row) > 1);
  const changed = kept.filter((row) => known(row) <= context);
  if (kept.length === count && changed.length === 0) return { windows, dropped: 0 };
  const left = joinRows([{ windows, rows: kept }]);
  if (changed.length === 0) return { windows: left, dropped: count - kept.length };
  const width = context + 1;
  const items = new Int32Array(pool.items.length + changed.length * width);
  const times = new Float64Array(items.length);
  items.set(pool.items);
  times.set(pool.times);
  const startOf = new Map(Array.from(changed, (row, place) => [row, pool.items.length + place * width]));
  for (const [row, start] of startOf) {
    moveToEnd(
      itemsOf(windows, row),
      timesOf(windows, row),
      items.subarray(start, start + width),
      times.subarray(start),
    );
  }
  const starts = left.starts.map((start, place) => startOf.get(kept[place]!) ?? start);
  return { windows: { ...left, starts, pool: { items, times } }, dropped: count - kept.length };
}

/** Writes the known items with their times to the end of a row, and padding before them. */
function moveToEnd(items: Int32Array, times: Float64Array, intoItems: Int32Array, intoTimes: Float64Array): void {
  let at = items.length;
  for (let place = items.length - 1; place >= 0; place--) {
    if (items[place] === 0) continue;
    intoItems[--at] = items[place]!;
    intoTimes[at] = times[place]!;
  }
  intoItems.fill(0, 0, at);
  intoTimes.fill(intoTimes[at]!, 0, at);
}
