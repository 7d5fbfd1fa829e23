/**
 * Evidence where the answer is known, on users of many kinds: slower than a test may be. And how long it takes.
 */
import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { percentileInterval, resampledMeans } from "../../src/evaluation/bootstrap.ts";
import { flippedSums, permutationP } from "../../src/evaluation/sign_flips.ts";
import { wilcoxonP } from "../../src/evaluation/wilcoxon.ts";

/** Kinds of users: how many, how many windows each has, how sure its hits are. */
interface Kind {
  readonly name: string;
  readonly users: number;
  readonly windows: (uniform: number) => number;
  readonly chance: (uniform: number) => number;
}

const KINDS: readonly Kind[] = [
  { name: "one window each", users: 200, windows: () => 1, chance: () => .15 },
  { name: "few hits", users: 500, windows: (u) => 1 + Math.floor(3 * u), chance: (u) => .1 * u },
  { name: "users who differ much", users: 200, windows: (u) => 1 + Math.floor(8 * u), chance: (u) => .8 * u },
  { name: "a thousand users", users: 1000, windows: (u) => 1 + Math.floor(4 * u), chance: (u) => .4 * u },
  { name: "one user in ten with many windows", users: 400, windows: (u) => u > .9 ? 30 : 2, chance: (u) => .3 * u },
];

const ROUNDS = 1000;

function comparison({ users, windows, chance }: Kind, round: number, gain: number) {
  const draws = stream(11, "made-up users", round);
  const counts = Float64Array.from({ length: users }, () => windows(draws.float()));
  const [first, second] = [new Float64Array(users), new Float64Array(users)];
  counts.forEach((count, user) => {
    const own = chance(draws.float());
    for (let window = 0; window < count; window++) {
      if (draws.float() < own + gain) first[user]! += 1;
      if (draws.float() < own) second[user]! += 1;
    }
  });
  return { windows: counts, first, second };
}

for (const kind of KINDS) {
  describe(`over ${ROUNDS} comparisons of ${kind.name}`, () => {
    it("95 % intervals hold the true difference in 93 to 97 %", () => {
      let covered = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const { windows, first, second } = comparison(kind, round, .05);
        const [a, b] = resampledMeans({ windows, columns: [first, second] }, 1000, { seed: round });
        const [low, high] = percentileInterval(a!.map((value, i) => value - b![i]!), .95);
        if (low <= .05 && .05 <= high) covered++;
      }
      assert.ok(covered >= .93 * ROUNDS && covered <= .97 * ROUNDS, `${covered} of ${ROUNDS}`);
    });

    it("both tests call alike methods different in 5 %", () => {
      const wrong = { permutation: 0, wilcoxon: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        const { windows, first, second } = comparison(kind, round, 0);
        const [a, b] = flippedSums([first, second], 999, { seed: round });
        if (permutationP(first, second, [a!, b!]) <= .05) wrong.permutation++;
        const means = first.map((value, user) => (value - second[user]!) / windows[user]!);
        if (wilcoxonP(means) <= .05) wrong.wilcoxon++;
      }
      // Three standard deviations of a share of 5 %: 3 sqrt(.05 .95 / 1000) = .021. Ties may only make a test more careful.
      for (const [test, count] of Object.entries(wrong)) assert.ok(count <= .071 * ROUNDS, `${test}: ${count}`);
    });
  });
}

describe("10,000 resamples of 20,000 users with 8 methods", () => {
  it("take less than 2 s of a processor at the best of eight times, whatever else the machine does", () => {
    const draws = stream(5, "made up");
    const windows = Float64Array.from({ length: 20_000 }, () => 1 + draws.integer(5));
    const columns = Array.from({ length: 8 }, () => windows.map((count) => draws.integer(count + 1)));
    const seconds = Array.from({ length: 8 }, () => {
      const start = cpuUsage();
      const means = resampledMeans({ windows, columns }, 10_000);
      for (const column of means) {
        percentileInterval(column, .95);
        percentileInterval(column.map((value, i) => value - means[0]![i]!), .95);
      }
      const { user, system } = cpuUsage(start);
      return (user + system) / 1e6;
    });
    console.log(
      `  10,000 resamples of 20,000 users, 8 methods: ${seconds.map((each) => each.toFixed(2)).join(", ")} s`,
    );
    assert.ok(Math.min(...seconds) < 2, `${seconds}`);
  });
});
