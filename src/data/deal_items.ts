/**
 * Which items made-up users rate, where it is settled how often each item is rated and how much each user rates.
 * @module
 */
import type { RandomStream } from "../engine/random.ts";
import type { MarginalsSpec } from "../spec/types.ts";
import { DataError } from "./errors.ts";

/** Draws that a user makes in the region it prefers before it looks elsewhere. */
const LOYAL_TRIES = 8;
/** Draws before a user takes a rating over from another one. */
const TRIES = 400;

/** What is settled before items are dealt. */
export interface Deal {
  readonly spec: Pick<MarginalsSpec, "users" | "items" | "regions" | "loyalty" | "drift" | "years">;
  /** [items], ratings of each; item i belongs to region i modulo the number of regions. */
  readonly perItem: Int32Array;
  /** [users + 1], borders of users' rows. */
  readonly offsets: Int32Array;
  /** [users]. */
  readonly userRegion: Int32Array;
  /** [interactions], seconds from the beginning. */
  readonly times: Float64Array;
}

/** Ratings not dealt yet, region by region: entries `[from[r], from[r] + left[r])` of `items`. */
interface Stock {
  readonly items: Int32Array;
  readonly from: Int32Array;
  readonly left: Int32Array;
}

/**
 * Deals all ratings without putting back, so that every item is rated as often as it is due, and no user rates one twice. The busiest users
 * choose first: whoever needs half of all items must find them still there. Expected work is linear in the interactions.
 *
 * @returns [interactions], items.
 * @throws {DataError} when some user finds no item that it has not rated.
 */
export function dealItems(deal: Deal, random: RandomStream): Int32Array {
  const { spec, offsets, userRegion, times } = deal;
  const { users, regions, loyalty, drift } = spec;
  const span = times.reduce((latest, time) => Math.max(latest, time), 1);
  const stock = fullStock(deal);
  const dealt = new Int32Array(times.length).fill(-1);
  // The user who has an item at the moment; what the users before had does not count.
  const owner = new Int32Array(spec.items).fill(-1);
  for (const user of busiestFirst(offsets, users)) {
    for (let row = offsets[user]!; row < offsets[user + 1]!; row++) {
      const moved = random.float() < drift * times[row]! / span ? 1 : 0;
      const wanted = random.float() < loyalty ? (userRegion[user]! + moved) % regions : random.integer(regions);
      const item = take(stock, owner, user, wanted, random) ?? exchange(deal, stock, owner, user, dealt, random);
      dealt[row] = item;
      owner[item] = user;
    }
  }
  return dealt;
}

function fullStock({ spec: { items, regions }, perItem, times }: Deal): Stock {
  const stock = { items: new Int32Array(times.length), from: new Int32Array(regions), left: new Int32Array(regions) };
  let at = 0;
  for (let region = 0; region < regions; region++) {
    stock.from[region] = at;
    for (let item = region; item < items; item += regions) stock.items.fill(item, at, at += perItem[item]!);
    stock.left[region] = at - stock.from[region]!;
  }
  return stock;
}

function busiestFirst(offsets: Int32Array, users: number): Int32Array {
  const size = (user: number) => offsets[user + 1]! - offsets[user]!;
  return Int32Array.from({ length: users }, (_, user) => user).sort((a, b) => size(b) - size(a) || a - b);
}

/** A rating from the stock of an item that the user has not rated, if one is drawn. */
function take(
  { items, from, left }: Stock,
  owner: Int32Array,
  user: number,
  wanted: number,
  random: RandomStream,
): number | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const region = tries < LOYAL_TRIES ? wanted : random.integer(left.length);
    if (left[region] === 0) continue;
    const last = from[region]! + left[region]! - 1;
    const place = from[region]! + random.integer(left[region]!);
    const item = items[place]!;
    if (owner[item] === user) continue;
    items[place] = items[last]!;
    left[region]!--;
    return item;
  }
}

/**
 * Gives another user, who lacks it, a rating of the stock in exchange for one of an item that this user lacks. For the few whom the stock's last
 * ratings do not suit.
 */
function exchange(
  { offsets, spec }: Deal,
  { items, from, left }: Stock,
  owner: Int32Array,
  user: number,
  dealt: Int32Array,
  random: RandomStream,
): number {
  const region = left.findIndex((count) => count > 0);
  const spare = items[from[region]! + left[region]! - 1]!;
  for (let tries = 0; tries < TRIES * TRIES; tries++) {
    const other = random.integer(spec.users);
    const theirs = dealt.subarray(offsets[other], offsets[other + 1]);
    const place = random.integer(theirs.length);
    const item = theirs[place]!;
    if (other === user || item === -1 || owner[item] === user || theirs.includes(spare)) continue;
    theirs[place] = spare;
    left[region]!--;
    return item;
  }
  throw new DataError(
    `Cannot generate ${dealt.length} interactions: the ${
      offsets[user + 1]! - offsets[user]!
    } of a user find no items that it has not rated; choose more items, or fewer interactions or a smaller perUserMost`,
  );
}
