/**
 * Facts of the leakage audit: what slices have in common. None is a fault; each is something to know before believing a figure.
 * @module
 */
import type { SlicedData, Windows } from "../data/types.ts";
import { allRows, joinRows } from "../data/rows.ts";
import { itemsOf, markItems, targetOf } from "../data/window_rows.ts";
import type { Audited, Finding } from "./audit.ts";

/** Of each slice, the evaluated windows that trainings read too, as they are: the same object. */
export function trainedAndEvaluated({ evaluated, training }: Audited): Finding[] {
  return evaluated.map(({ name, windows }) => ({
    name: `trained-and-evaluated ${name}`,
    statement: `Windows of ${name} that are evaluated and may be trained on`,
    looked: windows.count,
    unit: "windows",
    found: training.some((source) => source.windows === windows) ? windows.count : 0,
  }));
}

/** Evaluated windows whose context holds their target already. */
export function repeatedTargets({ evaluated }: Audited): Finding {
  let looked = 0, found = 0;
  for (const { windows } of evaluated) {
    looked += windows.count;
    for (let row = 0; row < windows.count; row++) {
      if (itemsOf(windows, row).indexOf(targetOf(windows, row)) < windows.context) found++;
    }
  }
  return {
    name: "repeated-targets",
    statement: "Targets that their own context holds too, and that are ranked all the same",
    looked,
    unit: "windows",
    found,
  };
}

/** Windows of F and T with the items of an earlier slice's window in the same order, whoever's they are. */
export function repeatedWindows({ setup, heldOut, finetune, test }: SlicedData): Finding {
  const earlier = [setup.windows, ...(heldOut === undefined ? [] : [heldOut])];
  const later = [...finetune, test].map(({ windows }) => windows);
  const all = joinRows([...earlier, ...later].map((windows) => ({ windows, rows: allRows(windows.count) })));
  const known = new KnownWindows(all);
  let from = earlier.reduce((sum, { count }) => sum + count, 0);
  known.add(0, from);
  const looked = all.count - from;
  let found = 0;
  for (const { count } of later) {
    for (let row = from; row < from + count; row++) if (known.has(row)) found++;
    // Not before all are looked at: windows of one slice are no earlier windows of one another.
    known.add(from, from += count);
  }
  return {
    name: "repeated-windows",
    statement: "Windows of F and T with the very items of an earlier slice's window",
    looked,
    unit: "windows",
    found,
  };
}

/** Users with positives in more than one slice. */
export function usersInSeveralSlices({ setup, finetune, test }: SlicedData): Finding {
  const parts = [setup, ...finetune, test].map(({ sequences: { users } }) => users);
  const known = parts.reduce((largest, users) => Math.max(largest, (users.at(-1) ?? -1) + 1), 0);
  const slices = new Int32Array(known);
  for (const users of parts) for (const user of users) slices[user]!++;
  return {
    name: "users-in-several-slices",
    statement: "Users with positives in more than one slice",
    looked: slices.filter((count) => count > 0).length,
    unit: "users",
    found: slices.filter((count) => count > 1).length,
  };
}

/** Of each slice after S, the items that no earlier slice has. */
export function newItems({ catalogue, setup, heldOut, finetune, test }: SlicedData): Finding[] {
  const seen = new Uint8Array(catalogue.size + 1);
  for (const item of setup.sequences.items) seen[item] = 1;
  if (heldOut !== undefined) markItems(heldOut, seen, 1);
  return [...finetune, test].map(({ name, sequences }) => {
    const items = new Uint8Array(catalogue.size + 1);
    for (const item of sequences.items) items[item] = 1;
    let looked = 0, found = 0;
    items.forEach((has, item) => {
      if (has === 0) return;
      looked++;
      if (seen[item] === 0) found++;
      seen[item] = 1;
    });
    return { name: `new-items ${name}`, statement: `Items that first appear in ${name}`, looked, unit: "items", found };
  });
}

/** Some of a set of windows by their items: a table of rows that is half empty at least, with the next free place for others of one digest. */
class KnownWindows {
  readonly #windows: Windows;
  /** [a power of 2], row + 1; 0 where there is none. */
  readonly #places: Int32Array;

  constructor(windows: Windows) {
    this.#windows = windows;
    this.#places = new Int32Array(2 ** Math.ceil(Math.log2(2 * windows.count + 1)));
  }

  /** Whether a window that was added has the items of this row in this order. */
  has(row: number): boolean {
    return this.#places[this.#place(row)] !== 0;
  }

  /** Adds the rows from `from` to `to`, `to` excluded. */
  add(from: number, to: number): void {
    for (let row = from; row < to; row++) this.#places[this.#place(row)] = row + 1;
  }

  #place(row: number): number {
    const last = this.#places.length - 1;
    const items = itemsOf(this.#windows, row);
    let place = digest(items) & last;
    for (let other = this.#places[place]!; other !== 0; other = this.#places[place]!) {
      if (sameItems(itemsOf(this.#windows, other - 1), items)) break;
      place = (place + 1) & last;
    }
    return place;
  }
}

function sameItems(a: Int32Array, b: Int32Array): boolean {
  for (let place = 0; place < a.length; place++) if (a[place] !== b[place]) return false;
  return true;
}

/** FNV-1a (32 bits) of a row's items, mixed once more, since a table takes its low bits alone. */
function digest(items: Int32Array): number {
  let hash = 0x811c9dc5;
  for (const item of items) hash = Math.imul(hash ^ item, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return hash ^ (hash >>> 16);
}
