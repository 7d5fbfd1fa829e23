/**
 * The time-sliced protocol: interactions to slices and windows (RAIE section 4.1).
 * @module
 */
import type { SlicesSpec, WindowsSpec } from "../spec/types.ts";
import { shownTime, sliceBorders, validationBorders } from "./borders.ts";
import { type CatalogueIndex, numberItems } from "./catalogue.ts";
import { DataError } from "./errors.ts";
import { positivesByUser, rowsBetween, type UserRows } from "./positives.ts";
import { countRepeats, repeatNotes } from "./repeats.ts";
import type { Interactions, Slice, SlicedData, UserSequences, WindowPool, Windows } from "./types.ts";
import { withoutUnseenItems } from "./unseen_items.ts";
import { userSequences, withoutHeldOut } from "./user_sequences.ts";
import { countWindows, cutWindows, markWindowItems, type WindowShape } from "./windows.ts";

/** How interactions are sliced; the fields are the spec's. */
export interface SliceOptions {
  /** Rows rated at least this are positives; of no effect on data without ratings. */
  readonly minRating: number;
  /** Shares of the positives in time order, or dates: where one slice ends and the next begins. */
  readonly slices: SlicesSpec;
  /** Length of a window's context, and the stride between windows of one user. */
  readonly windows: WindowsSpec;
  /** Stride of `setupDense`, the windows regions are built on (authors: 1). */
  readonly denseStride: number;
  /**
   * "all": every item of every window, S at stride 1 included (authors); "seen": every item of a window of S or F. Held-out windows
   * count as S in both, so that the catalogue is the same for either kind of retention.
   */
  readonly catalogue: "all" | "seen";
  /** "held-out" keeps each user's last S window, and with it that window's target, from training. */
  readonly retention: "training" | "held-out";
}

/** One slice before its items have numbers. */
interface RawSlice {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly rows: UserRows;
  /** Positives of the slices before it: where its own begin in the pool. */
  readonly first: number;
}

/**
 * Slices positives at global borders and cuts windows inside each slice. Everything is in typed arrays and linear in the positives, but for
 * the sort that finds the borders.
 *
 * @throws {DataError} when there is no positive, a slice has no window, or borders do not rise: before anything trains.
 */
export function sliceInteractions(interactions: Interactions, options: SliceOptions): SlicedData {
  const { context, stride } = options.windows;
  const positives = positivesByUser(interactions, options.minRating);
  if (positives.rows.length === 0) {
    throw new DataError(
      `Cannot slice interactions: none of ${interactions.count} is rated ${options.minRating} or more`,
    );
  }
  const { times } = interactions;
  const positiveTimes = Float64Array.from(positives.rows, (row) => times[row]!);
  const given = sliceBorders(positiveTimes, options.slices);
  const { validation } = options.slices;
  const { borders, end } = validation === undefined
    ? { borders: given, end: Infinity }
    : validationBorders(positiveTimes, given, validation);
  let first = 0;
  const raw = borders.concat(end).map((to, index): RawSlice => {
    const from = borders[index - 1] ?? -Infinity;
    const name = index === 0 ? "S" : index === borders.length ? "T" : `F${index}`;
    const slice = { name, from, to, rows: rowsBetween(positives, times, from, to), first };
    first += slice.rows.rows.length;
    return slice;
  });
  const tail = `the end of F${borders.length - 1}, which a search judges by (search.validation),`;
  for (const slice of raw) {
    const name = validation !== undefined && slice.name === "T" ? tail : slice.name;
    mustHaveWindows({ ...slice, name }, context, stride);
  }
  const setup = raw[0]!;
  const test = raw.at(-1)!;
  const numbered = findCatalogue(interactions, raw, options);
  const { index } = numbered;
  const held = options.retention === "held-out";
  const take = held ? "earlier" : "all";
  if (held && countWindows(setup.rows, { context, stride, take }) === 0) {
    throw new DataError(
      `Cannot hold out each user's last S window: no user has a second one to train on (windows.context ${context}, windows.stride ${stride})`,
    );
  }
  const shape = { context, stride };
  const testWindows = withoutUnseenItems(cutWindows(test.rows, test.first, poolOf(raw, interactions, index), shape));
  const { pool } = testWindows.windows;
  const cut = ({ rows, first }: RawSlice, own: Partial<WindowShape> = {}) =>
    cutWindows(rows, first, pool, { ...shape, ...own });
  if (testWindows.windows.count === 0) {
    throw new DataError(
      `Cannot slice interactions: every target in T is new there, so that catalogue "seen" leaves no window; use "all"`,
    );
  }
  return {
    catalogue: numbered.catalogue,
    userIds: interactions.userIds,
    setup: finish(
      setup,
      interactions,
      cut(setup, { take }),
      userSequences(held ? withoutHeldOut(setup.rows, context) : setup.rows, interactions, index),
    ),
    finetune: raw.slice(1, -1).map((slice) => {
      return finish(slice, interactions, cut(slice), userSequences(slice.rows, interactions, index));
    }),
    test: {
      ...finish(test, interactions, testWindows.windows, userSequences(test.rows, interactions, index)),
      droppedWindows: testWindows.dropped,
    },
    setupDense: cut(setup, { stride: options.denseStride, take }),
    ...(held && { heldOut: cut(setup, { take: "last" }) }),
    borders,
    positives: positives.rows.length,
    notes: repeatNotes(countRepeats(positives, interactions), positives.rows.length),
  };
}

/** The slices' positives one after the other; items outside the catalogue are 0. */
function poolOf(raw: readonly RawSlice[], { items, times }: Interactions, index: Int32Array): WindowPool {
  const { rows, first } = raw.at(-1)!;
  const count = first + rows.rows.length;
  const pool = { items: new Int32Array(count), times: new Float64Array(count) };
  for (const { rows: { rows }, first } of raw) {
    for (let place = 0; place < rows.length; place++) {
      pool.items[first + place] = index[items[rows[place]!]!]!;
      pool.times[first + place] = times[rows[place]!]!;
    }
  }
  return pool;
}

/** Numbers the items of all windows, or of those of S and F. */
function findCatalogue(interactions: Interactions, raw: readonly RawSlice[], options: SliceOptions): CatalogueIndex {
  const { context, stride } = options.windows;
  const seen = new Uint8Array(interactions.itemIds.length);
  for (const { rows } of options.catalogue === "all" ? raw : raw.slice(0, -1)) {
    markWindowItems(rows, interactions.items, { context, stride }, seen);
  }
  // S at stride 1 whatever regions are built on, so that their stride changes neither catalogue nor backbone.
  markWindowItems(raw[0]!.rows, interactions.items, { context, stride: 1 }, seen);
  return numberItems(interactions.itemIds, seen);
}

function mustHaveWindows({ name, from, to, rows }: RawSlice, context: number, stride: number): void {
  if (countWindows(rows, { context, stride }) > 0) return;
  let longest = 0;
  for (let user = 0; user < rows.users.length; user++) {
    longest = Math.max(longest, rows.offsets[user + 1]! - rows.offsets[user]!);
  }
  throw new DataError(
    `Cannot slice interactions: ${name} (${shownSpan(from, to)}) has no window: its ${rows.users.length} users have ` +
      `at most ${longest} positives there, wanted ${
        context + 1
      } (windows.context + 1); choose a shorter context or a longer slice${
        name.includes("search.validation") ? ", or a larger search.validation" : ""
      }`,
  );
}

function shownSpan(from: number, to: number): string {
  if (from === -Infinity) return `before ${shownTime(to)}`;
  return to === Infinity ? `from ${shownTime(from)} on` : `${shownTime(from)} to ${shownTime(to)}`;
}

function finish(slice: RawSlice, { items }: Interactions, windows: Windows, sequences: UserSequences): Slice {
  const { name, from, to, rows } = slice;
  const distinct = new Set<number>();
  for (const row of rows.rows) distinct.add(items[row]!);
  return {
    name,
    from,
    to,
    users: rows.users.length,
    items: distinct.size,
    interactions: rows.rows.length,
    windows,
    sequences,
  };
}
