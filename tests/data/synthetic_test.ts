/** What synthetic interactions promise. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "@std/testing/bdd";
import { DataError } from "../../src/data/errors.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { generateSynthetic } from "../../src/data/synthetic.ts";
import type { UserSequences, Windows } from "../../src/data/types.ts";
import type { SyntheticSpec } from "../../src/spec/types.ts";
import { options } from "./made_up.ts";
import { itemsOf } from "../../src/data/window_rows.ts";

/** The size of the quickstart. */
const quick: SyntheticSpec = {
  users: 300,
  items: 120,
  regions: 3,
  interactionsPerUser: 60,
  drift: 0.9,
  switching: 0.2,
  emerging: 1,
  merging: 0,
  popularity: 0.8,
  seed: 1,
};

const small: SyntheticSpec = { ...quick, users: 40, items: 40, interactionsPerUser: 30 };

describe("generateSynthetic()", () => {
  it("gives the same interactions for the same spec, and others for another seed", () => {
    const { interactions } = generateSynthetic(small);
    assert.deepEqual(generateSynthetic(small).interactions, interactions);
    assert.notDeepEqual(generateSynthetic({ ...small, seed: 2 }).interactions.items, interactions.items);
    assert.notEqual(
      generateSynthetic({ ...small, seed: 2 }).interactions.files[0]!.sha256,
      interactions.files[0]!.sha256,
    );
  });

  it("gives the very interactions, and checksum, that it gave before rules could turn or regions overlap", () => {
    const { files, users, items, times } = generateSynthetic(small).interactions;
    // Made by the version that knew none of the four fields.
    assert.equal(files[0]!.sha256, "0c74091495916663bced9267194ae6344b782950739629d76165cb5203a2fbd1");
    assert.equal(
      createHash("sha256").update(JSON.stringify([[...users], [...items], [...times]])).digest("hex"),
      "6367bec1e0360ffb4120c286c82316c209b1057bcb1bddc4c26b5acdd8bc4143",
    );
    const told = { ...small, overlap: 0, rules: "own", turning: 0, together: true } as const;
    assert.deepEqual(generateSynthetic(told).interactions, generateSynthetic(small).interactions);
  });

  it("has another checksum for each of these fields that changes something", () => {
    const changes: Partial<SyntheticSpec>[] = [
      {},
      { overlap: 0.3 },
      { rules: "shared" },
      { turning: 0.5 },
      { turning: 0.5, together: true },
      { turning: 0.6 },
    ];
    const sums = changes.map((change) => generateSynthetic({ ...small, ...change }).interactions.files[0]!.sha256);
    assert.equal(new Set(sums).size, changes.length);
  });

  it("leaves everything before the middle of the time as it was when rules turn", () => {
    const rows = (turning: number) => {
      const { users, items, userIds, itemIds, times } = generateSynthetic({ ...small, turning }).interactions;
      return Array.from(users, (user, row) => [userIds[user], itemIds[items[row]!], times[row]]);
    };
    const [still, turned] = [rows(0), rows(1.2)];
    const early = still.filter(([, , time]) => Number(time) < Date.UTC(2020, 11, 31) / 1000);
    assert(early.length > still.length * 0.4);
    assert.deepEqual(turned.slice(0, early.length), early);
    const moved = turned.filter(([, item], row) => item !== still[row]![1]).length;
    assert(moved > (still.length - early.length) / 2, `${moved} items are others`);
  });

  it("makes who follows whom go stale as rules turn, the further the more", () => {
    const fixed = { ...quick, drift: 0, switching: 0, emerging: 0 };
    const [still, half, full] = [0, 0.8, 1.57].map((turning) => followers({ ...fixed, turning }).setupOnTest) as [
      number,
      number,
      number,
    ];
    assert(half < 0.9 * still && full < 0.8 * half, `${still}, ${half}, ${full}`);
  });

  it("makes users of several regions choose the same items where regions overlap", () => {
    const own = (overlap: number) => {
      const fixed = { ...small, drift: 0, emerging: 0, switching: 0, overlap };
      const { interactions: { items }, truth } = generateSynthetic(fixed);
      return truth.userRegion.filter((region, row) => truth.itemRegion[items[row]!] === region).length / items.length;
    };
    assert(own(0.6) < own(0) - 0.1, `${own(0.6)} against ${own(0)}`);
  });

  it("is in time order, with no two interactions of a user at one time and about the asked number of them", () => {
    const { interactions: { count, times, users, userIds, ratings } } = generateSynthetic(small);
    assert(times.every((time, row) => row === 0 || time >= times[row - 1]!));
    assert.equal(new Set(Array.from(times, (time, row) => `${users[row]} ${time}`)).size, count);
    assert.equal(userIds.length, 40);
    assert.equal(ratings, undefined);
    assert(Math.abs(count / 40 - 30) < 5, `${count / 40} interactions a user`);
  });

  it("knows the truth: emerging regions begin after half of the time, and switches are where it says", () => {
    const { interactions, truth } = generateSynthetic({ ...small, switching: 0.5, merging: 1 });
    const half = interactions.times[0]! + (interactions.times.at(-1)! - interactions.times[0]!) / 2;
    const first = truth.userRegion.indexOf(3);
    assert(first > 0 && interactions.times[first]! > half * 0.999);
    assert(truth.switches.length > 10 && truth.switches.length < 30);
    for (const { user, from, to, time } of truth.switches) {
      assert.equal(to, 3);
      for (let row = 0; row < interactions.count; row++) {
        if (interactions.users[row] !== user) continue;
        assert.equal(truth.userRegion[row], interactions.times[row]! < time ? from : to);
      }
    }
    assert.deepEqual(truth.merges, [{ region: 1, into: 0 }]);
    assert.equal(truth.itemRegion.length, interactions.itemIds.length);
  });

  it("makes users choose items of their own region far more often than chance", () => {
    const { interactions: { items }, truth } = generateSynthetic({ ...small, drift: 0, emerging: 0, switching: 0 });
    const own = truth.userRegion.reduce(
      (sum, region, row) => sum + (truth.itemRegion[items[row]!] === region ? 1 : 0),
      0,
    );
    assert(own / items.length > 0.6, `${own / items.length} of choices; chance is 1/3`);
  });

  it("refuses regions that do not fit", () => {
    assert.throws(() => generateSynthetic({ ...small, items: 3 }), DataError);
    assert.throws(() => generateSynthetic({ ...small, merging: 2 }), DataError);
  });

  it("at the quickstart's size: what is learned on S serves T worse, learning F mends it, and without drift nothing is lost", () => {
    const drifting = followers(quick);
    assert(drifting.setupOnTest < 0.75 * drifting.setupOnSetup, JSON.stringify(drifting));
    assert(drifting.bothOnTest > 1.1 * drifting.setupOnTest, JSON.stringify(drifting));
    const still = followers({ ...quick, drift: 0, switching: 0, emerging: 0 });
    assert(still.setupOnTest > 0.9 * still.setupOnSetup, JSON.stringify(still));
  });
});

/** Recall@10 of the simplest sequential model, counts of who follows whom, learned on S or on S and F. S is held out. */
function followers(spec: SyntheticSpec) {
  const data = sliceInteractions(
    generateSynthetic(spec).interactions,
    options({ windows: { context: 10, stride: 5 }, retention: "held-out" }),
  );
  const size = data.catalogue.size + 1;
  const setup = countFollowers(new Float64Array(size * size), size, data.setup.sequences, 1);
  const both = countFollowers(setup.slice(), size, data.finetune[0]!.sequences, 3);
  return {
    setupOnSetup: recall(setup, size, data.heldOut!),
    setupOnTest: recall(setup, size, data.test.windows),
    bothOnTest: recall(both, size, data.test.windows),
  };
}

function countFollowers(
  counts: Float64Array,
  size: number,
  { users, offsets, items }: UserSequences,
  weight: number,
): Float64Array {
  for (let user = 0; user < users.length; user++) {
    for (let place = offsets[user]! + 1; place < offsets[user + 1]!; place++) {
      counts[items[place - 1]! * size + items[place]!]! += weight;
    }
  }
  return counts;
}

function recall(counts: Float64Array, size: number, windows: Windows): number {
  const { count, context } = windows;
  let hits = 0;
  for (let row = 0; row < count; row++) {
    const window = itemsOf(windows, row);
    const target = window[context]!;
    const scores = counts.slice(window[context - 1]! * size, (window[context - 1]! + 1) * size);
    let rank = 1;
    scores.forEach((score, item) => {
      if (
        item > 0 && !window.subarray(0, context).includes(item) &&
        (score > scores[target]! || (score === scores[target] && item < target))
      ) rank++;
    });
    if (rank <= 10) hits++;
  }
  return hits / count;
}
