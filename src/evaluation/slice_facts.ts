/**
 * Facts of the leakage audit: what slices have in common. None is a fault; each is something to know before believing a figure.
 * @module
 */
import type { SlicedData, Windows } from "../data/types.ts";
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
  for (const { windows: { count, context, items } } of evaluated) {
    looked += count;
    for (let row = 0; row < count; row++) {
      const at = row * (context + 1);
      if (items.subarray(at, at + context).includes(items[at + context]!)) found++;
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
  const known = new KnownWindows();
  known.add(setup.windows);
  if (heldOut !== undefined) known.add(heldOut);
  let looked = 0, found = 0;
  for (const { windows } of [...finetune, test]) {
    looked += windows.count;
    for (let row = 0; row < windows.count; row++) if (known.has(windows, row)) found++;
    // Not before all are looked at: windows of one slice are no earlier windows of one another.
    known.add(windows);
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
  const slices = new Map<number, number>();
  for (const { sequences } of [setup, ...finetune, test]) {
    for (const user of sequences.users) slices.set(user, (slices.get(user) ?? 0) + 1);
  }
  return {
    name: "users-in-several-slices",
    statement: "Users with positives in more than one slice",
    looked: slices.size,
    unit: "users",
    found: [...slices.values()].filter((count) => count > 1).length,
  };
}

/** Of each slice after S, the items that no earlier slice has. */
export function newItems({ catalogue, setup, heldOut, finetune, test }: SlicedData): Finding[] {
  const seen = new Uint8Array(catalogue.size + 1);
  for (const items of [setup.sequences.items, heldOut?.items ?? []]) for (const item of items) seen[item] = 1;
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

/** Windows by their items. */
class KnownWindows {
  readonly #sets: Windows[] = [];
  /** By digest, where the first of its windows lies: 2^32 set + row. Another of the same digest takes the next free number. */
  readonly #places = new Map<number, number>();

  /** Whether some window has these items in this order. */
  has(windows: Windows, row: number): boolean {
    return this.#places.has(this.#slot(windows, row));
  }

  add(windows: Windows): void {
    const set = this.#sets.push(windows) - 1;
    for (let row = 0; row < windows.count; row++) this.#places.set(this.#slot(windows, row), set * 2 ** 32 + row);
  }

  #slot(windows: Windows, row: number): number {
    let slot = digest(windows, row);
    for (let place = this.#places.get(slot); place !== undefined; place = this.#places.get(++slot)) {
      const other = this.#sets[Math.floor(place / 2 ** 32)]!;
      if (sameItems(other, place % 2 ** 32, windows, row)) break;
    }
    return slot;
  }
}

function sameItems(a: Windows, rowA: number, b: Windows, rowB: number): boolean {
  const [width, from, to] = [a.context + 1, rowA * (a.context + 1), rowB * (b.context + 1)];
  for (let place = 0; place < width; place++) if (a.items[from + place] !== b.items[to + place]) return false;
  return true;
}

/** 52 bits of a row's items: two runs of FNV-1a (32 bits) that begin and mix differently. */
function digest({ context, items }: Windows, row: number): number {
  let high = 0x811c9dc5, low = 0x050c5d1f;
  for (let at = row * (context + 1); at < (row + 1) * (context + 1); at++) {
    high = Math.imul(high ^ items[at]!, 0x01000193);
    low = Math.imul(low ^ (items[at]! + (low >>> 15)), 0x01000193);
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}
