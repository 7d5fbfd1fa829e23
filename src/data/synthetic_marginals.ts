/**
 * Interactions of made-up users with stated totals and distributions: data of another data set's size and shape.
 * @module
 */
import { createHash } from "node:crypto";
// The random streams are free of tensors: the one file of the engine that data may use.
import { type RandomStream, stream } from "../engine/random.ts";
import type { MarginalsSpec } from "../spec/types.ts";
import { DataError } from "./errors.ts";
import { dealItems } from "./deal_items.ts";
import { drawSessions } from "./sessions.ts";
import { sharedTotal } from "./shared_total.ts";
import type { Interactions } from "./types.ts";

/** Changes whenever the same spec gives other interactions. */
const VERSION = 1;
const FIRST_SECOND = Date.UTC(1995, 0, 9) / 1000;
const YEAR = 365.25 * 86_400;
/** Thousandths of ratings of 0.5, 1, ... 5, as MovieLens-10M has them: half of them are 4 or more. */
const RATINGS = [9, 38, 12, 79, 37, 236, 88, 288, 58, 155];

/** What is true of such interactions. */
export interface MarginalsTruth {
  /** [users of Interactions], the region whose items a user mostly rates. */
  readonly userRegion: Int32Array;
  /** [items of Interactions], the region an item belongs to. */
  readonly itemRegion: Int32Array;
}

/**
 * Draws interactions with exact totals. A user's number of ratings is `perUserLeast` and a log-normal remainder, cut off at `perUserMost`; an item's is
 * one and a part that falls with its rank of popularity as (rank + shift)^-exponent (Zipf and Mandelbrot), at most half of the users. Users and
 * items belong to regions. A user takes most items from its own region, by their popularity, a share that grows to `drift` from the next
 * region's, the rest from anywhere, and none twice. Half of the ratings are 4 or more, whatever the item. Users arrive all over the years and rate in
 * few sittings.
 *
 * Rows come user by user, in time order within a user. Work and memory are proportional to the interactions: every item has as many
 * places in a row of all interactions as it is rated, and users take from it without putting back.
 *
 * @throws {DataError} when the totals contradict each other, or leave too few items for some user.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateMarginals } from "./synthetic_marginals.ts";
 *
 * const { interactions } = generateMarginals({
 *   users: 100, items: 80, interactions: 2000, popularityExponent: 1, popularityShift: 5, perUserLeast: 5, perUserMost: 40, perUserDeviation: 1,
 *   regions: 2, loyalty: 0.7, drift: 0.3, years: 3, seed: 1,
 * });
 * assert.deepEqual([interactions.count, interactions.userIds.length, interactions.itemIds.length], [2000, 100, 80]);
 * ```
 */
export function generateMarginals(spec: MarginalsSpec): { interactions: Interactions; truth: MarginalsTruth } {
  const { regions, seed } = spec;
  const [perUser, perItem] = totals(spec);
  const offsets = new Int32Array(spec.users + 1);
  for (let user = 0; user < spec.users; user++) offsets[user + 1] = offsets[user]! + perUser[user]!;
  const draw = stream(seed, "marginals regions");
  const userRegion = Int32Array.from({ length: spec.users }, () => draw.integer(regions));
  const times = new Float64Array(spec.interactions);
  for (let user = 0; user < spec.users; user++) {
    const own = times.subarray(offsets[user], offsets[user + 1]);
    drawSessions(own, spec.years * YEAR, stream(seed, "marginals sessions", user));
  }
  const drawn = dealItems({ spec, perItem, offsets, userRegion, times }, stream(seed, "marginals items"));
  for (let row = 0; row < times.length; row++) times[row]! += FIRST_SECOND;
  const { items, ranks } = numberedAsSeen(drawn, spec.items);
  const names = Int32Array.from({ length: spec.items }, (_, item) => item + 1);
  stream(seed, "marginals names").shuffle(names);
  const users = new Int32Array(spec.interactions);
  for (let user = 0; user < spec.users; user++) users.fill(user, offsets[user], offsets[user + 1]);
  const interactions: Interactions = {
    count: spec.interactions,
    users,
    items,
    times,
    ratings: drawRatings(spec.interactions, stream(seed, "marginals ratings")),
    userIds: Array.from({ length: spec.users }, (_, user) => String(user + 1)),
    itemIds: Array.from(ranks, (rank) => String(names[rank]!)),
    skippedLines: 0,
    notes: [],
    files: [marginalsFile(spec)],
  };
  return { interactions, truth: { userRegion, itemRegion: ranks.map((rank) => rank % regions) } };
}

/** How many ratings each user gives, in random order, and each item has, the most popular first. */
function totals(spec: MarginalsSpec): [Int32Array, Int32Array] {
  const { users, items, interactions, perUserLeast, perUserMost, popularityExponent, popularityShift } = spec;
  const random = stream(spec.seed, "marginals activity");
  const activity = Float64Array.from({ length: users }, () => Math.exp(spec.perUserDeviation * random.normal()));
  const popularity = Float64Array.from(
    { length: items },
    (_, rank) => (rank + 1 + popularityShift) ** -popularityExponent,
  );
  try {
    return [
      sharedTotal({ total: interactions, least: perUserLeast, most: perUserMost }, activity),
      sharedTotal({ total: interactions, least: 1, most: Math.ceil(users / 2) }, popularity),
    ];
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError(`Cannot generate ${interactions} interactions: ${cause.message}`, { cause });
  }
}

/** Numbers items in order of first appearance, as a reader would; `ranks` are the numbers they had. */
function numberedAsSeen(drawn: Int32Array, count: number): { items: Int32Array; ranks: Int32Array } {
  const index = new Int32Array(count).fill(-1);
  const ranks = new Int32Array(count);
  let seen = 0;
  for (let row = 0; row < drawn.length; row++) {
    const rank = drawn[row]!;
    if (index[rank] === -1) {
      ranks[seen] = rank;
      index[rank] = seen++;
    }
    drawn[row] = index[rank]!;
  }
  return { items: drawn, ranks };
}

function drawRatings(count: number, random: RandomStream): Float32Array {
  const thousand = Float32Array.from(RATINGS.flatMap((share, place) => Array<number>(share).fill((place + 1) / 2)));
  const ratings = new Float32Array(count);
  for (let row = 0; row < count; row++) ratings[row] = thousand[random.integer(thousand.length)]!;
  return ratings;
}

/** Stands for the file there is none of. */
export const marginalsFile = (spec: MarginalsSpec): Interactions["files"][number] => ({
  name: `synthetic-marginals (seed ${spec.seed})`,
  bytes: 0,
  sha256: digest(spec),
});

function digest(spec: MarginalsSpec): string {
  const fields = Object.entries(spec).sort(([a], [b]) => a < b ? -1 : 1);
  return createHash("sha256").update(JSON.stringify(["marginals", VERSION, fields])).digest("hex");
}
