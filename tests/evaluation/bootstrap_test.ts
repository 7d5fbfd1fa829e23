import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { percentileInterval, resampledMeans } from "../../src/evaluation/bootstrap.ts";
import { flippedSums, permutationP } from "../../src/evaluation/sign_flips.ts";
import { wilcoxonP } from "../../src/evaluation/wilcoxon.ts";

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: Float64Array) => {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
};

describe("resampledMeans()", () => {
  it("spreads as the mean of independent draws does: by the variance over users, divided by their number", () => {
    const draws = stream(1, "made up");
    const column = Float64Array.from({ length: 300 }, () => draws.float());
    const [means] = resampledMeans({ windows: new Float64Array(300).fill(1), columns: [column] }, 20_000);
    // The exact moments of a mean of 300 draws with replacement; 20,000 of them give the variance to about 1 %.
    assert.ok(Math.abs(mean(means!) - mean(column)) < 4 * Math.sqrt(variance(column) / 300 / 20_000));
    assert.ok(Math.abs(variance(means!) / (variance(column) / 300) - 1) < .04);
  });

  it("lets a user count by its windows, and draws it whole", () => {
    // Two users, one with three windows all hit, one with a single miss: drawn (a, a), (a, b), (b, a), (b, b).
    const [means] = resampledMeans({ windows: Float64Array.of(3, 1), columns: [Float64Array.of(3, 0)] }, 4000);
    const shares = [1, .75, 0].map((value) => means!.filter((mean) => mean === value).length / 4000);
    [.25, .5, .25].forEach((wanted, i) => assert.ok(Math.abs(shares[i]! - wanted) < .035, `${shares}`));
    assert.equal(shares[0]! + shares[1]! + shares[2]!, 1);
  });

  it("draws the same users for every column, and the same again under the same seed", () => {
    const draws = stream(2, "made up");
    const windows = Float64Array.from({ length: 41 }, () => 1 + draws.integer(4));
    const [a, b] = [0, 0].map(() => windows.map((count) => draws.integer(count + 1)));
    const sum = a!.map((value, user) => value + b![user]!);
    const [ofA, ofB, ofSum] = resampledMeans({ windows, columns: [a!, b!, sum] }, 101);
    ofSum!.forEach((value, i) => assert.ok(Math.abs(value - ofA![i]! - ofB![i]!) < 1e-12));
    assert.deepEqual(resampledMeans({ windows, columns: [b!] }, 101), [ofB]);
    assert.notDeepEqual(resampledMeans({ windows, columns: [b!] }, 101, { seed: 1 }), [ofB]);
  });

  it("has nothing to say without users, and refuses columns of other lengths", () => {
    const none = new Float64Array();
    assert.deepEqual(resampledMeans({ windows: none, columns: [none] }, 2), [Float64Array.of(NaN, NaN)]);
    assert.throws(() => resampledMeans({ windows: none, columns: [Float64Array.of(1)] }, 2), RangeError);
  });
});

describe("percentileInterval()", () => {
  it("reads quantiles off between order statistics, as NumPy does by default", () => {
    // numpy.quantile([1, 2, 4, 8], [.1, .9]) = [1.3, 6.8]
    const [low, high] = percentileInterval(Float64Array.of(8, 1, 4, 2), .8);
    assert.ok(Math.abs(low - 1.3) < 1e-12 && Math.abs(high - 6.8) < 1e-12);
    assert.deepEqual(percentileInterval(new Float64Array(), .95), [NaN, NaN]);
  });
});

/** Two methods on made-up users: each user has its own chance of a hit, from 1 to 5 windows, and the methods hit independently. */
function comparison(round: number, users: number, gain: number) {
  const draws = stream(7, "made-up users", round);
  const windows = new Float64Array(users);
  const [first, second] = [new Float64Array(users), new Float64Array(users)];
  for (let user = 0; user < users; user++) {
    const count = 1 + draws.integer(5);
    windows[user] = count;
    const chance = .5 * draws.float();
    for (let window = 0; window < count; window++) {
      first[user]! += draws.float() < chance + gain ? 1 : 0;
      second[user]! += draws.float() < chance ? 1 : 0;
    }
  }
  return { windows, first, second };
}

describe("over 1,000 made-up comparisons", () => {
  const ROUNDS = 1000;
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
  const share = (of: (round: number) => boolean) => rounds.filter(of).length / ROUNDS;

  it("the 95 % interval holds the true difference in 93 to 97 %", () => {
    const covered = share((round) => {
      const { windows, first, second } = comparison(round, 150, .1);
      const [a, b] = resampledMeans({ windows, columns: [first, second] }, 1000, { seed: round });
      const [low, high] = percentileInterval(a!.map((value, i) => value - b![i]!), .95);
      return low <= .1 && .1 <= high;
    });
    assert.ok(covered >= .93 && covered <= .97, `${covered}`);
  });

  // 5 % of 1,000, give or take three standard deviations of such a share: 3 sqrt(.05 .95 / 1000) = .021.
  it("sign flips call alike methods different in 5 %", () => {
    const wrong = share((round) => {
      const { first, second } = comparison(round, 150, 0);
      const [a, b] = flippedSums([first, second], 499, { seed: round });
      return permutationP(first, second, [a!, b!]) <= .05;
    });
    assert.ok(Math.abs(wrong - .05) <= .021, `${wrong}`);
  });

  it("signed ranks call alike methods different in 5 %", () => {
    const wrong = share((round) => {
      const { windows, first, second } = comparison(round, 150, 0);
      return wilcoxonP(first.map((value, user) => (value - second[user]!) / windows[user]!)) <= .05;
    });
    assert.ok(Math.abs(wrong - .05) <= .021, `${wrong}`);
  });

  it("both find a difference that is there", () => {
    const { windows, first, second } = comparison(0, 600, .15);
    const [a, b] = flippedSums([first, second], 999);
    assert.equal(permutationP(first, second, [a!, b!]), .001);
    assert.ok(wilcoxonP(first.map((value, user) => (value - second[user]!) / windows[user]!)) < .001);
  });
});
