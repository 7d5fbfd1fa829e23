import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { stream } from "../../src/engine/random.ts";
import { holm } from "../../src/evaluation/holm.ts";
import { flippedSums, permutationP } from "../../src/evaluation/sign_flips.ts";
import { wilcoxonP } from "../../src/evaluation/wilcoxon.ts";
import fixture from "../fixtures/evaluation/wilcoxon.json" with { type: "json" };

describe("wilcoxonP()", () => {
  it("gives scipy's values: counted for few, approximated for many and for ties", () => {
    for (const { name, differences, p } of fixture.cases) {
      assert.ok(Math.abs(wilcoxonP(differences) / p - 1) < 1e-8, `${name}: ${wilcoxonP(differences)}, wanted ${p}`);
    }
  });

  it("is 1 where nothing differs, and takes sums of another order for ties", () => {
    assert.equal(wilcoxonP([0, 0]), 1);
    assert.equal(wilcoxonP([]), 1);
    assert.equal(wilcoxonP([.1 + .2 - .3]), 1);
    assert.equal(wilcoxonP([.1 + .2, -.3, .9]), wilcoxonP([.3, -.3, .9]));
  });
});

describe("permutationP()", () => {
  const test = (first: Float64Array, second: Float64Array, flips = 9999) => {
    const [a, b] = flippedSums([first, second], flips);
    return permutationP(first, second, [a!, b!]);
  };
  /** By all sign patterns. */
  const exact = (differences: readonly number[]) => {
    const n = differences.length;
    const total = Math.abs(differences.reduce((sum, value) => sum + value, 0));
    const beyond = Array.from(
      { length: 2 ** n },
      (_, pattern) =>
        Math.abs(differences.reduce((sum, value, user) => sum + (pattern >> user & 1 ? -value : value), 0)),
    )
      .filter((sum) => sum >= total - 1e-9);
    return beyond.length / 2 ** n;
  };

  it("comes to the share among all sign patterns", () => {
    const first = Float64Array.of(1, 3, 0, 2, 5, 1, 0, 2, 2, 1, 4);
    const second = Float64Array.of(0, 1, 1, 0, 2, 1, 2, 0, 1, 0, 1);
    const wanted = exact(Array.from(first, (value, user) => value - second[user]!));
    const deviation = Math.sqrt(wanted * (1 - wanted) / 9999);
    assert.ok(Math.abs(test(first, second) - wanted) < 4 * deviation, `${test(first, second)}, wanted ${wanted}`);
  });

  it("is 1 for equal methods, and never smaller than one draw allows", () => {
    const first = Float64Array.from({ length: 400 }, (_, user) => user % 7);
    assert.equal(test(first, first, 99), 1);
    assert.equal(test(first, first.map((value) => value + 1), 99), .01);
  });

  it("is the same with the methods the other way round", () => {
    const draws = stream(3, "made up");
    const [a, b] = [0, 0].map(() => Float64Array.from({ length: 50 }, () => draws.integer(3)));
    assert.equal(test(a!, b!), test(b!, a!));
  });
});

describe("holm()", () => {
  it("corrects the worked example, in any order", () => {
    // .005 * 4, .01 * 3, .03 * 2, .04 * 1 raised to what .03 came to.
    assert.deepEqual(holm([.01, .04, .03, .005]), [.03, .06, .06, .02]);
    assert.deepEqual(holm([]), []);
  });

  it("never makes p smaller, nor larger than Bonferroni's or 1, and keeps the order", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (values) => {
      const corrected = holm(values);
      values.forEach((value, i) => {
        assert.ok(corrected[i]! >= value - 1e-15 && corrected[i]! <= Math.min(1, values.length * value) + 1e-15);
        values.forEach((other, j) => assert.ok(value > other || corrected[i]! <= corrected[j]!));
      });
    }));
  });
});
