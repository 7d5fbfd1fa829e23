/** Training sets of regions against sets worked out by hand (method.md 7 and 10). */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import type { Windows } from "../../src/data/types.ts";
import { joinedSet, type RegionSet, regionSets, type SetSources } from "../../src/methods/raie_sets.ts";
import type { Belonging } from "../../src/regions/mod.ts";
import type { RegionsSpec } from "../../src/spec/types.ts";
import { smallSpec } from "./small_context.ts";
import { itemsOf, timesOf, windowsOf } from "../../src/data/window_rows.ts";

/** Windows whose user is the row's number counted from `first`, by which a set's rows are told apart; F begins at 0, S at 100. */
function numbered(count: number, first: number): Windows {
  return windowsOf({
    context: 1,
    users: Int32Array.from({ length: count }, (_, row) => first + row),
    items: Int32Array.from({ length: 2 * count }, (_, at) => 1 + at % 7),
    times: Float64Array.from({ length: 2 * count }, (_, at) => 1000 * first + at),
  });
}

/** Belonging row by row: route, first, second, p1, p2, whether it expanded. */
function belongingOf(rows: readonly (readonly [number, number, number, number, number, boolean])[]): Belonging {
  return {
    route: Int32Array.from(rows, ([route]) => route),
    first: Int32Array.from(rows, ([, first]) => first),
    second: Int32Array.from(rows, ([, , second]) => second),
    p1: Float64Array.from(rows, ([, , , p1]) => p1),
    p2: Float64Array.from(rows, ([, , , , p2]) => p2),
    expanded: Uint8Array.from(rows, (row) => row[5] ? 1 : 0),
  };
}

/** Three regions; row 1 expands into region 1, row 3 had a second candidate but did not expand, row 4 has none. */
const BELONGING = belongingOf([
  [0, 0, 1, 0.9, 0.1, false],
  [0, 0, 1, 0.6, 0.2, true],
  [1, 1, 2, 0.9, 0.05, false],
  [0, 0, 2, 0.7, 0.3, false],
  [1, 1, -1, 1, 0, true],
]);
/** S rows 100..109: five of region 0, two of region 1, one of region 2, two of none. */
const SETUP_REGION = Int32Array.of(0, -1, 0, 1, 0, 2, 0, 1, -1, 0);

const REGIONS: RegionsSpec = { ...smallSpec().methods.find(({ kind }) => kind === "raie")!.regions, replay: 0 };
const regions = (more: Partial<RegionsSpec>): RegionsSpec => ({ ...REGIONS, ...more });
const sources = (more: Partial<SetSources> = {}): SetSources => ({
  slice: { name: "F1", windows: numbered(BELONGING.route.length, 0) },
  belonging: BELONGING,
  setup: numbered(SETUP_REGION.length, 100),
  setupRegion: SETUP_REGION,
  seed: 1,
  ...more,
});
const users = ({ windows }: RegionSet) => [...windows.users];
/** F rows of a set, ascending: the order of copies among own windows means nothing. */
const finetune = (set: RegionSet) => users(set).slice(0, set.finetuneRows).sort((a, b) => a - b);
const replayed = (set: RegionSet) => users(set).slice(set.finetuneRows);
const byRegion = (sets: readonly RegionSet[], region: number) => sets.find((set) => set.region === region)!;
/** User and weight of every row. */
const weighted = (set: RegionSet) => users(set).map((user, row) => [user, set.weights![row]!] as const);

describe("regionSets()", () => {
  it("gives a region its own windows once each, with weight 1, and leaves out regions without F windows", () => {
    const sets = regionSets(regions({ softCopies: "none" }), 3, sources());
    assert.deepEqual(sets.map(({ region }) => region), [0, 1]);
    assert.deepEqual(weighted(sets[0]!), [[0, 1], [1, 1], [3, 1]]);
    assert.deepEqual(weighted(sets[1]!), [[2, 1], [4, 1]]);
    assert.deepEqual(sets.map(({ finetuneRows, setupRows }) => [finetuneRows, setupRows]), [[3, 0], [2, 0]]);
  });

  it("copies whole windows: users, items and times", () => {
    const given = sources();
    const [set] = regionSets(regions({ softCopies: "none", replay: 9 }), 3, given);
    const { windows } = set!;
    assert.equal(windows.count, set!.finetuneRows + set!.setupRows);
    windows.users.forEach((user, row) => {
      const [from, at] = user < 100 ? [given.slice.windows, user] : [given.setup, user - 100];
      assert.deepEqual(itemsOf(windows, row), itemsOf(from, at));
      assert.deepEqual(timesOf(windows, row), timesOf(from, at));
    });
  });

  it("gate: an Expand enters its second region too, with weight p2 / (p1 + p2), and nothing else does", () => {
    const sets = regionSets(regions({ softCopies: "gate" }), 3, sources());
    assert.deepEqual(weighted(byRegion(sets, 0)), [[0, 1], [1, 1], [3, 1]]);
    // Row 1: .2 / (.6 + .2) = .25. Row 4 expanded with no second region to enter.
    assert.deepEqual(weighted(byRegion(sets, 1)), [[2, 1], [4, 1], [1, 0.25]]);
    assert.equal(byRegion(sets, 2), undefined);
  });

  it("gate: a region that only copies reach has a set, with no replay, which counts own windows", () => {
    const belonging = belongingOf([[0, 0, 2, 0.6, 0.2, true]]);
    const slice = { name: "F1", windows: numbered(1, 0) };
    const sets = regionSets(regions({ softCopies: "gate", replay: 3 }), 3, sources({ slice, belonging }));
    assert.deepEqual(weighted(byRegion(sets, 2)), [[0, 0.25]]);
    assert.equal(byRegion(sets, 0).setupRows, 3);
  });

  it("rounded: every window enters its two best regions round(2 p1) and round(2 p2) more times, with weight 1", () => {
    const sets = regionSets(regions({ softCopies: "rounded" }), 3, sources());
    // 2 p1: 1.8, 1.2, 1.8, 1.4, 2 give 2, 1, 2, 1, 2 copies; 2 p2: .2, .4, .1, .6 give 0, 0, 0 and 1.
    assert.deepEqual(finetune(byRegion(sets, 0)), [0, 0, 0, 1, 1, 3, 3]);
    assert.deepEqual(finetune(byRegion(sets, 1)), [2, 2, 2, 4, 4, 4]);
    assert.deepEqual(finetune(byRegion(sets, 2)), [3]);
    for (const set of sets) assert.ok(set.weights!.every((weight) => weight === 1));
  });

  it("rounded: copies go to the best regions even where the route is another", () => {
    const belonging = belongingOf([[0, 1, 2, 0.75, 0.25, false]]);
    const slice = { name: "F1", windows: numbered(1, 0) };
    const sets = regionSets(regions({ softCopies: "rounded" }), 3, sources({ slice, belonging }));
    // 2 p1 = 1.5 and 2 p2 = .5, which round up.
    assert.deepEqual(finetune(byRegion(sets, 0)), [0]);
    assert.deepEqual(finetune(byRegion(sets, 1)), [0, 0]);
    assert.deepEqual(finetune(byRegion(sets, 2)), [0]);
  });

  it("replay: round(replay * own windows) S windows of the region, each once, with weight 1", () => {
    // Region 0 has three own windows and five in S: round(1.4 * 3) = 4. Region 1: round(1.4 * 2) = 3, but there are two.
    const sets = regionSets(regions({ softCopies: "none", replay: 1.4 }), 3, sources());
    const [first, second] = [byRegion(sets, 0), byRegion(sets, 1)];
    assert.equal(first.setupRows, 4);
    assert.equal(new Set(replayed(first)).size, 4);
    assert.ok(replayed(first).every((user) => [100, 102, 104, 106, 109].includes(user)), `${replayed(first)}`);
    assert.deepEqual(replayed(second), [103, 107]);
    for (const set of sets) assert.ok(set.weights!.every((weight) => weight === 1));
  });

  it("replay: copies do not count, and a region without members in S replays nothing", () => {
    const rounded = regionSets(regions({ softCopies: "rounded", replay: 1 }), 3, sources());
    assert.deepEqual(rounded.map(({ region, setupRows }) => [region, setupRows]), [[0, 3], [1, 2], [2, 0]]);
    const setupRegion = SETUP_REGION.map((region) => region === 0 ? -1 : region);
    const none = regionSets(regions({ softCopies: "none", replay: 9 }), 3, sources({ setupRegion }));
    assert.deepEqual(replayed(byRegion(none, 0)), []);
    assert.deepEqual(replayed(byRegion(none, 1)), [103, 107]);
  });

  it("puts the largest set first, F windows and copies counted, and of equals the lower region", () => {
    const belonging = belongingOf([1, 2, 2, 0].map((region) => [region, region, -1, 1, 0, false]));
    const slice = { name: "F1", windows: numbered(4, 0) };
    // Replay makes region 0's set the longest, which does not count.
    const sets = regionSets(regions({ softCopies: "none", replay: 5 }), 3, sources({ slice, belonging }));
    assert.deepEqual(sets.map(({ region }) => region), [2, 0, 1]);
    assert.ok(sets[1]!.windows.count > sets[0]!.windows.count);
    const copied = belongingOf([[0, 0, -1, 0.2, 0, false], [1, 1, -1, 1, 0, false]]);
    const two = sources({ slice: { name: "F1", windows: numbered(2, 0) }, belonging: copied });
    assert.deepEqual(regionSets(regions({ softCopies: "rounded" }), 2, two).map(({ region }) => region), [1, 0]);
  });

  it("minWindows: a region with fewer own windows has no set, whatever its copies, unless one adapter serves all", () => {
    // Region 0 has three windows of its own, region 1 two and a copy.
    const kept = (more: Partial<RegionsSpec>) => regionSets(regions(more), 3, sources()).map(({ region }) => region);
    assert.deepEqual(kept({ minWindows: 2 }), [0, 1]);
    assert.deepEqual(kept({ minWindows: 3 }), [0]);
    assert.deepEqual(kept({ minWindows: 4 }), []);
    assert.deepEqual(kept({ minWindows: 4, adapters: "one" }), [0, 1]);
  });

  it("draws the same S windows for the same seed, others for another seed or slice", () => {
    const setup = numbered(200, 100);
    const setupRegion = new Int32Array(200);
    const spec = regions({ softCopies: "gate", replay: 4 });
    const drawn = (more: Partial<SetSources>) => regionSets(spec, 3, sources({ setup, setupRegion, ...more }));
    assert.deepEqual(drawn({}), drawn({}));
    const rows = (sets: RegionSet[]) => replayed(byRegion(sets, 0));
    assert.equal(rows(drawn({})).length, 12);
    assert.notDeepEqual(rows(drawn({ seed: 2 })), rows(drawn({})));
    const later = { name: "F2", windows: sources().slice.windows };
    assert.notDeepEqual(rows(drawn({ slice: later })), rows(drawn({})));
    assert.equal(new Set(drawn({}).map(({ purpose }) => purpose)).size, 2);
  });
});

describe("joinedSet()", () => {
  const sets = regionSets(regions({ softCopies: "gate", replay: 1 }), 3, sources());

  it("has the rows of all sets with their weights, F before S, a window in two sets twice", () => {
    const joined = joinedSet(sets);
    const rows = (some: (set: RegionSet) => readonly (readonly [number, number])[]) => sets.flatMap(some);
    const own = rows((set) => weighted(set).slice(0, set.finetuneRows));
    const replay = rows((set) => weighted(set).slice(set.finetuneRows));
    const found = Array.from(joined.windows.users, (user, row) => [user, joined.weights[row]!]);
    assert.deepEqual(found, [...own, ...replay]);
    // Row 1 is of region 0 and, as an Expand with weight .25, of region 1 too.
    assert.deepEqual(found.filter(([user]) => user === 1), [[1, 1], [1, 0.25]]);
    assert.deepEqual([joined.finetuneRows, joined.setupRows], [6, 5]);
    assert.equal(joined.windows.count, 11);
  });

  it("of one set is that set", () => {
    const { region: _, ...set } = sets[0]!;
    assert.deepEqual(joinedSet([set]), set);
  });
});
