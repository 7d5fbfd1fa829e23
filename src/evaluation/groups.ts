/**
 * Windows by what a method could know of them: of their user, of their target, of the region they are routed to.
 * @module
 */
import type { SlicedData, UserSequences, Windows } from "../data/types.ts";
import { targetOf } from "../data/window_rows.ts";
import { measureNamed, type MeasureValues } from "./measures.ts";

/** Windows of one slice that have something in common. */
export interface WindowGroup {
  /** What they are told apart by. */
  readonly by: "user" | "target" | "region";
  /** "known" and "new" users; "popular", "rare" and "unseen" targets; a region's name. */
  readonly name: string;
  /** Row numbers, ascending; never empty. */
  readonly rows: Int32Array;
  /** Users they are of. */
  readonly users: number;
}

/** What S knows of users and items. */
export interface SetupKnowledge {
  /** Users with positives in S. */
  readonly users: ReadonlySet<number>;
  /** [catalogue + 1]: 2 for popular items, 1 for rare ones, 0 for those without a positive in S. */
  readonly items: Uint8Array;
  /** How many items are popular. */
  readonly popular: number;
}

const TARGETS = ["unseen", "rare", "popular"] as const;

/** What S knows, held-out targets left out. */
export function setupKnowledge({ setup: { sequences }, catalogue }: SlicedData): SetupKnowledge {
  const items = popularity(sequences, catalogue.size);
  return { users: new Set(sequences.users), items, popular: items.filter((kind) => kind === 2).length };
}

/**
 * Items by their positives: 2 for the fewest, most frequent ones that together have at least half of all positives, 1 for the others that have any,
 * 0 for the rest. Of items with as many positives the one that stands first in the catalogue is taken first.
 *
 * @returns [size + 1], entry 0 is padding's.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { popularity } from "./groups.ts";
 *
 * // Item 2 has three of six positives, items 1, 3 and 4 one each, item 5 none.
 * assert.deepEqual([...popularity({ items: Int32Array.of(2, 1, 2, 3, 4, 2) }, 5)], [0, 1, 2, 1, 1, 0]);
 * ```
 */
export function popularity({ items }: Pick<UserSequences, "items">, size: number): Uint8Array {
  const counts = new Int32Array(size + 1);
  for (const item of items) counts[item]!++;
  const kinds = Uint8Array.from(counts, (count) => count > 0 ? 1 : 0);
  const order = Int32Array.from({ length: size }, (_, index) => index + 1)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  let covered = 0;
  for (const item of order) {
    if (2 * covered >= items.length) break;
    kinds[item] = 2;
    covered += counts[item]!;
  }
  return kinds;
}

/**
 * The groups of a slice's windows: of known and new users, with popular, rare and unseen targets, and of each region where a route is given. Groups
 * without a window are left out.
 *
 * @param regions names by number, and the number of each window's region
 */
export function windowGroups(
  windows: Windows,
  knowledge: SetupKnowledge,
  regions?: { readonly names: readonly string[]; readonly route: ArrayLike<number> },
): WindowGroup[] {
  const isKnown = (row: number) => knowledge.users.has(windows.users[row]!) ? 0 : 1;
  const kindOf = (row: number) => TARGETS.length - 1 - knowledge.items[targetOf(windows, row)]!;
  return [
    ...grouped(windows, "user", ["known", "new"], isKnown),
    ...grouped(windows, "target", TARGETS.toReversed(), kindOf),
    ...(regions === undefined ? [] : grouped(windows, "region", regions.names, (row) => regions.route[row]!)),
  ];
}

/**
 * Means of measures over some of the windows.
 *
 * @param ranks [windows]
 * @param rows at least one
 * @param names e.g. "Recall@10"
 * @throws RangeError for a measure that no single window has
 */
export function groupMeasures(ranks: ArrayLike<number>, rows: Int32Array, names: readonly string[]): MeasureValues {
  return Object.fromEntries(names.map((name) => {
    const { of } = measureNamed(name);
    let sum = 0;
    for (const row of rows) sum += of(ranks[row]!);
    return [name, sum / rows.length];
  }));
}

function grouped(
  { count, users }: Windows,
  by: WindowGroup["by"],
  names: readonly string[],
  group: (row: number) => number,
): WindowGroup[] {
  const sizes = new Int32Array(names.length);
  for (let row = 0; row < count; row++) sizes[group(row)]!++;
  const rows = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(names.length);
  for (let row = 0; row < count; row++) {
    const own = group(row);
    rows[own]![filled[own]!++] = row;
  }
  return names.flatMap((name, index) => {
    const own = rows[index]!;
    if (own.length === 0) return [];
    const different = new Set<number>();
    for (const row of own) different.add(users[row]!);
    return [{ by, name, rows: own, users: different.size }];
  });
}
