/**
 * Interactions of made-up users whose tastes drift, with the truth known.
 * @module
 */
import { createHash } from "node:crypto";
// The random streams are free of tensors: the one file of the engine that data may use.
import { type RandomStream, stream } from "../engine/random.ts";
import type { SyntheticSpec } from "../spec/types.ts";
import { DataError } from "./errors.ts";
import {
  CHANGE,
  combine,
  gaussian,
  LATENT,
  type SyntheticWorld,
  syntheticWorld,
  unit,
  without,
} from "./synthetic_world.ts";
import type { Interactions } from "./types.ts";

/** Changes whenever the same spec gives other interactions. */
const VERSION = 1;
const FIRST_SECOND = Date.UTC(2020, 0, 1) / 1000;
const TWO_YEARS = 2 * 365 * 86_400;
/** How sharply the next item is chosen around where a user is heading (concentration of a von Mises-Fisher density). */
const SHARPNESS = 14;
/** Weight of the item before, turned by the region, against the region's centre. */
const PULL = 1.3;
/** Share of interactions that follow popularity alone. */
const EXPLORING = 0.05;
/** Deviation per dimension of a user's own taste from their region's. */
const PERSONAL = 0.08;
/** A user comes back to an item only after this many others (or a quarter of the catalogue, if that is less). */
const REST = 20;
/** Share of time by which switching users have switched: F's end under the usual .5 and .3. */
const SWITCHED = 0.8;

/** What is true of synthetic interactions. Regions are numbered as in the spec, emerging ones last. */
export interface SyntheticTruth {
  /** Number of regions, the emerging ones included. */
  readonly regions: number;
  /** [count], the region each interaction's user was in at its time. */
  readonly userRegion: Int32Array;
  /** [items of Interactions], the region an item belongs to. */
  readonly itemRegion: Int32Array;
  /** Users who changed regions, by user index of Interactions, with the second of the change. */
  readonly switches: readonly {
    readonly user: number;
    readonly from: number;
    readonly to: number;
    readonly time: number;
  }[];
  /** Pairs of regions that are one at the end: the first moves onto the second. */
  readonly merges: readonly { readonly region: number; readonly into: number }[];
}

/** One user's life before its items have indices. */
interface Row {
  readonly user: number;
  readonly item: number;
  readonly time: number;
  readonly region: number;
}

interface Switch {
  readonly from: number;
  readonly to: number;
  /** Share of time; Infinity for never. */
  readonly at: number;
}

/**
 * Draws interactions. Every user has a preference region, a point on the unit sphere that rotates by `drift` radians over two years. The
 * next item is drawn around a direction made of the region's centre and of the item before, turned by the region's rule, a rotation of its own
 * (`rules: "shared"`: of all regions): a model that reads sequences can learn it, and what it learned goes stale as centres move. After half of the
 * time, `switching` users move to an emerging region (to another one, if none emerges) and pairs of regions merge. Without ratings: every row is a
 * positive.
 *
 * With `turning`, rules turn after half of the time too: what a rule makes of any vector lies `turning` radians from what it made of it before. Each
 * region's rule turns its own way, so that no one change serves all regions, or all turn `together`. `overlap` draws centres towards one point, so
 * that users of several regions choose the same items.
 *
 * Rows are in time order over all users; work is proportional to users x interactions x items.
 *
 * @throws {DataError} when there are fewer items than regions, or more regions to merge than there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateSynthetic } from "./synthetic.ts";
 *
 * const spec = { users: 20, items: 30, regions: 2, interactionsPerUser: 10, drift: 1, switching: 0.2, emerging: 1, merging: 0, popularity: 0.8, seed: 1 };
 * const { interactions, truth } = generateSynthetic(spec);
 * assert.equal(interactions.userIds.length, 20);
 * assert.equal(truth.userRegion.length, interactions.count);
 * ```
 */
export function generateSynthetic(spec: SyntheticSpec): { interactions: Interactions; truth: SyntheticTruth } {
  const regions = spec.regions + spec.emerging;
  if (spec.items < regions) {
    throw new DataError(
      `Cannot generate interactions: ${spec.items} items for ${regions} regions, wanted at least one each`,
    );
  }
  if (2 * spec.merging > spec.regions) {
    throw new DataError(`Cannot generate interactions: ${spec.merging} merging pairs among ${spec.regions} regions`);
  }
  const world = syntheticWorld(spec);
  const changes: Switch[] = [];
  const rows: Row[] = [];
  for (let user = 0; user < spec.users; user++) {
    const random = stream(spec.seed, "synthetic user", user);
    const change = drawSwitch(spec, random);
    changes.push(change);
    liveOneUser(spec, world, user, change, random, rows);
  }
  rows.sort((a, b) => a.time - b.time || a.user - b.user);
  return assemble(spec, world, rows, changes);
}

function drawSwitch(spec: SyntheticSpec, random: RandomStream): Switch {
  const from = random.integer(spec.regions);
  const switches = random.float() < spec.switching;
  const at = CHANGE + (SWITCHED - CHANGE) * random.float();
  const others = spec.emerging > 0 ? spec.emerging : spec.regions - 1;
  if (!switches || others === 0) return { from, to: from, at: Infinity };
  const drawn = random.integer(others);
  const to = spec.emerging > 0 ? spec.regions + drawn : drawn + (drawn >= from ? 1 : 0);
  return { from, to, at };
}

function liveOneUser(
  spec: SyntheticSpec,
  world: SyntheticWorld,
  user: number,
  change: Switch,
  random: RandomStream,
  rows: Row[],
): void {
  const count = Math.max(1, Math.round(spec.interactionsPerUser * (0.5 + random.float())));
  const seconds = Float64Array.from({ length: count }, () => Math.floor(random.float() * TWO_YEARS)).sort();
  const own = gaussian(random);
  const rest = Math.min(REST, Math.floor(spec.items / 4));
  const recent: number[] = [];
  const chances = new Float64Array(spec.items);
  let clock = -1;
  let before: number | undefined;
  for (const second of seconds) {
    // One thing a second: distinct times make a user's order independent of the file's.
    clock = Math.max(second, clock + 1);
    const share = clock / TWO_YEARS;
    const region = share < change.at ? change.from : change.to;
    const centre = unit(combine(world.centre(region, share), 1, own, PERSONAL));
    const heading = random.float() < EXPLORING ? undefined : nextHeading(world, region, centre, before, share);
    const item = drawItem(world, heading, recent, chances, random);
    rows.push({ user, item, time: FIRST_SECOND + clock, region });
    recent.push(item);
    if (recent.length > rest) recent.shift();
    before = item;
  }
}

/** Where the user's next item is looked for. */
function nextHeading(
  world: SyntheticWorld,
  region: number,
  centre: Float64Array,
  before: number | undefined,
  time: number,
): Float64Array {
  if (before === undefined) return centre;
  const aside = without(world.items.subarray(before * LATENT, (before + 1) * LATENT), centre);
  return unit(combine(centre, 1, world.turn(region, aside, time), PULL));
}

function drawItem(
  { items, popularity }: SyntheticWorld,
  heading: Float64Array | undefined,
  recent: readonly number[],
  chances: Float64Array,
  random: RandomStream,
): number {
  for (let item = 0; item < chances.length; item++) {
    let cosine = 0;
    if (heading !== undefined) {
      for (let index = 0; index < LATENT; index++) cosine += heading[index]! * items[item * LATENT + index]!;
    }
    chances[item] = popularity[item]! * Math.exp(SHARPNESS * cosine);
  }
  for (const item of recent) chances[item] = 0;
  let left = random.float() * chances.reduce((sum, chance) => sum + chance, 0);
  for (let item = 0; item < chances.length; item++) {
    left -= chances[item]!;
    if (left < 0) return item;
  }
  // Rounding can leave a last crumb: the last item that may be drawn takes it.
  return chances.findLastIndex((chance) => chance > 0);
}

/** Columns with indices in order of first appearance, as a reader would give them. */
function assemble(
  spec: SyntheticSpec,
  world: SyntheticWorld,
  rows: readonly Row[],
  changes: readonly Switch[],
): { interactions: Interactions; truth: SyntheticTruth } {
  const users = new Map<number, number>();
  const items = new Map<number, number>();
  const indexIn = (seen: Map<number, number>, key: number) =>
    seen.get(key) ?? (seen.set(key, seen.size), seen.size - 1);
  const interactions: Interactions = {
    count: rows.length,
    users: Int32Array.from(rows, ({ user }) => indexIn(users, user)),
    items: Int32Array.from(rows, ({ item }) => indexIn(items, item)),
    times: Float64Array.from(rows, ({ time }) => time),
    userIds: Array.from(users.keys(), (user) => String(user + 1)),
    itemIds: Array.from(items.keys(), (item) => String(item + 1)),
    skippedLines: 0,
    notes: [],
    files: [syntheticFile(spec)],
  };
  const switches = [...users].flatMap(([user, index]) => {
    const { from, to, at } = changes[user]!;
    return at === Infinity ? [] : [{ user: index, from, to, time: FIRST_SECOND + at * TWO_YEARS }];
  });
  const truth: SyntheticTruth = {
    regions: world.regions,
    userRegion: Int32Array.from(rows, ({ region }) => region),
    itemRegion: Int32Array.from(items.keys(), (item) => world.itemRegion[item]!),
    switches,
    merges: Array.from({ length: spec.merging }, (_, pair) => ({ region: 2 * pair + 1, into: 2 * pair })),
  };
  return { interactions, truth };
}

/** Stands for the file there is none of: two specs that give the same interactions have the same checksum. */
export const syntheticFile = (spec: SyntheticSpec): Interactions["files"][number] => ({
  name: `synthetic (seed ${spec.seed})`,
  bytes: 0,
  sha256: digest(spec),
});

function digest(spec: SyntheticSpec): string {
  const { overlap = 0, rules = "own", turning = 0, together = false, ...rest } = spec;
  // Fields younger than VERSION count only where they change something: what was made before them keeps its checksum.
  const younger = {
    ...(overlap === 0 ? {} : { overlap }),
    ...(rules === "own" ? {} : { rules }),
    ...(turning === 0 ? {} : { turning, together }),
  };
  const fields = Object.entries({ ...rest, ...younger }).sort(([a], [b]) => a < b ? -1 : 1);
  return createHash("sha256").update(JSON.stringify([VERSION, fields])).digest("hex");
}
