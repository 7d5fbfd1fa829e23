/** What made-up interactions with stated totals promise. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "@std/testing/bdd";
import { DataError } from "../../src/data/errors.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { generateMarginals } from "../../src/data/synthetic_marginals.ts";
import type { Interactions } from "../../src/data/types.ts";
import type { MarginalsSpec } from "../../src/spec/types.ts";
import { options } from "./made_up.ts";

/** About a hundredth of MovieLens-10M. */
const spec: MarginalsSpec = {
  users: 1400,
  items: 500,
  interactions: 100_000,
  popularityExponent: 1.7,
  popularityShift: 20,
  perUserLeast: 20,
  perUserMost: 400,
  perUserDeviation: 1.2,
  regions: 4,
  loyalty: 0.7,
  drift: 0.5,
  years: 10,
  seed: 1,
};
const made = generateMarginals(spec);
const { interactions, truth } = made;

const counts = (values: Int32Array, size: number) => {
  const found = new Int32Array(size);
  for (const value of values) found[value]!++;
  return found;
};
const perUser = counts(interactions.users, spec.users).sort();
const perItem = counts(interactions.items, spec.items).sort().reverse();
const bytes = ({ users, items, times, ratings, itemIds }: Interactions) => {
  const hash = createHash("sha256");
  for (const column of [users, items, times, ratings!]) hash.update(new Uint8Array(column.buffer));
  return hash.update(itemIds.join()).digest("hex");
};

describe("generateMarginals()", () => {
  it("gives exactly the totals that are stated", () => {
    assert.equal(interactions.count, spec.interactions);
    assert.equal(interactions.users.length, spec.interactions);
    assert.equal(new Set(interactions.userIds).size, spec.users);
    assert.equal(new Set(interactions.itemIds).size, spec.items);
    assert.ok(perItem.at(-1)! >= 1);
  });

  it("gives every user as many ratings as stated at least and at most, of different items", () => {
    assert.equal(perUser[0], spec.perUserLeast);
    assert.ok(perUser.at(-1)! <= spec.perUserMost);
    const pairs = new Set(interactions.users.map((user, row) => user * spec.items + interactions.items[row]!));
    assert.equal(pairs.size, spec.interactions);
  });

  it("spreads users' ratings as a log-normal does", () => {
    // Between the quartiles of a normal lie 1.349 standard deviations: whole numbers near the least count for little there.
    const logs = perUser.map((count) => count - spec.perUserLeast);
    const [low, high] = [logs[Math.floor(logs.length / 4)]!, logs[Math.floor(3 * logs.length / 4)]!];
    const deviation = Math.log(high / low) / 1.349;
    assert.ok(Math.abs(deviation - spec.perUserDeviation) < 0.12, `${deviation}`);
  });

  it("lets items' ratings fall with their rank by the stated exponent", () => {
    // Least squares of log(count - 1) over log(rank + shift); the first ranks lie at the most that an item can have.
    const points = Array.from(
      perItem,
      (count, rank) => [Math.log(rank + 1 + spec.popularityShift), Math.log(count - 1)] as const,
    )
      .filter(([, log]) => Math.exp(log) < spec.users / 2 - 2);
    const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    const [x, y] = [mean(0), mean(1)];
    const slope = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) /
      points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
    assert.ok(Math.abs(slope + spec.popularityExponent) < 0.03, `${slope}`);
  });

  it("rates half of them 4 or more, in half stars from 0.5 to 5", () => {
    const ratings = interactions.ratings!;
    assert.ok(Math.abs(ratings.filter((rating) => rating >= 4).length / ratings.length - 0.5) < 0.01);
    assert.deepEqual([...new Set(ratings)].sort((a, b) => a - b), [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]);
  });

  it("lets users arrive all over the years, and rate in few sittings", () => {
    const { times, users } = interactions;
    const year = 365.25 * 86_400;
    const first = new Float64Array(spec.users).fill(Infinity);
    const days = new Set<string>();
    times.forEach((time, row) => {
      first[users[row]!] = Math.min(first[users[row]!]!, time);
      days.add(`${users[row]} ${Math.floor(time / 86_400)}`);
    });
    const begin = Math.min(...first);
    assert.ok(Math.max(...times) <= begin + spec.years * year);
    const arrivals = counts(Int32Array.from(first, (time) => (time - begin) / year), spec.years);
    assert.ok(arrivals.every((count) => count > 90 && count < 190), `${arrivals}`);
    assert.ok(days.size < spec.interactions / 15, `${days.size} days with a rating of some user`);
  });

  it("puts rows user by user, no two of a user at one second", () => {
    const { times, users } = interactions;
    for (let row = 1; row < times.length; row++) {
      assert.ok(users[row]! > users[row - 1]! || users[row] === users[row - 1] && times[row]! > times[row - 1]!);
    }
  });

  it("draws most items from a user's own region, and more and more from the next one", () => {
    const sorted = interactions.times.slice().sort();
    const border = sorted[spec.interactions / 2]!;
    const share = (late: boolean, step: number) => {
      let all = 0;
      let there = 0;
      interactions.users.forEach((user, row) => {
        if (interactions.times[row]! >= border !== late) return;
        all++;
        const region = (truth.userRegion[user]! + step) % spec.regions;
        if (truth.itemRegion[interactions.items[row]!] === region) there++;
      });
      return there / all;
    };
    assert.ok(share(false, 0) > 0.45 && share(false, 0) > share(true, 0) + 0.08, `${share(true, 0)}`);
    assert.ok(share(true, 1) > share(false, 1) + 0.05 && share(true, 1) > 1.3 * share(true, 2), `${share(true, 1)}`);
  });

  it("gives slices that all have users", () => {
    const { setup, finetune, test } = sliceInteractions(interactions, options({ windows: { context: 10, stride: 5 } }));
    for (const { windows } of [setup, ...finetune, test]) assert.ok(new Set(windows.users).size > 70);
  });

  it("gives the same bytes for the same spec, and others for another seed", () => {
    assert.equal(bytes(generateMarginals(spec).interactions), bytes(interactions));
    assert.notEqual(bytes(generateMarginals({ ...spec, seed: 2 }).interactions), bytes(interactions));
    assert.notEqual(
      generateMarginals({ ...spec, seed: 2 }).interactions.files[0]!.sha256,
      interactions.files[0]!.sha256,
    );
  });

  it("finds a way where there is hardly room, and says so where there is none", () => {
    const tight = { ...spec, users: 30, items: 40, interactions: 600, perUserMost: 40, regions: 3 };
    assert.equal(generateMarginals(tight).interactions.count, 600);
    assert.throws(
      () => generateMarginals({ ...tight, interactions: 601 }),
      (error) => error instanceof DataError && /Cannot generate 601 interactions/.test(error.message),
    );
  });
});
