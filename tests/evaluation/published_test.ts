import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { compareWithPublished } from "../../src/evaluation/published.ts";

describe("compareWithPublished()", () => {
  it("combines windows and seeds as the formula says, by hand", () => {
    // Three seeds, mean .1, unbiased variance .0001; p (1 - p) / n = .09 / 900 = .0001 for ours, .1056 / 900 for theirs.
    const { mean, z, standardError, seedDeviation, difference } = compareWithPublished({
      values: [0.09, 0.1, 0.11],
      published: 0.12,
      windows: 900,
      measure: "Recall@10",
    });
    const expected = Math.sqrt(0.12 * 0.88 / 900 + 0.0001 + (0.0001 + 0.0001) / 3);
    assert.ok(Math.abs(mean - 0.1) < 1e-12 && Math.abs(difference + 0.02) < 1e-12);
    assert.ok(Math.abs(standardError - expected) < 1e-12);
    assert.ok(Math.abs(z + 0.02 / expected) < 1e-9);
    assert.ok(Math.abs(seedDeviation - 0.01) < 1e-12);
  });

  it("gives the paper protocol's .0066 as one seed's error of Recall .0879 on 1,820 windows", () => {
    const { standardError } = compareWithPublished({
      values: [0.0879],
      published: 0.0879,
      windows: 1820,
      measure: "Recall@10",
    });
    assert.equal((standardError / Math.SQRT2).toFixed(4), "0.0066");
  });

  it("takes the variance over windows for other measures and refuses to guess it", () => {
    const figure = { values: [0.04, 0.05], published: 0.045, windows: 1000, measure: "NDCG@10" };
    const { standardError, z } = compareWithPublished({ ...figure, windowVariance: 0.02 });
    assert.ok(Math.abs(standardError - Math.sqrt((0.02 / 1000 + 0.00005) * 1.5)) < 1e-12);
    assert.ok(Math.abs(z) < 1e-9);
    assert.throws(() => compareWithPublished(figure), { name: "RangeError", message: /NDCG@10: its variance/ });
  });

  it("has no seed deviation with one seed, and equal figures differ by 0", () => {
    const one = compareWithPublished({ values: [1], published: 1, windows: 10, measure: "Recall@10" });
    assert.equal(one.z, 0);
    assert.ok(Number.isNaN(one.seedDeviation));
    assert.equal(compareWithPublished({ values: [1], published: 0, windows: 10, measure: "Recall@10" }).z, Infinity);
  });

  it("is beyond three standard errors about as seldom as it should be when both programs are the same", () => {
    // Independent windows for both, 10 seeds of ours: z is close to normal; 3 in 1,000 are beyond 3, and few more with 9 degrees of freedom.
    const draws = stream(1, "published");
    const [p, windows, spread] = [0.1, 500, 0.01];
    const once = () => {
      const rate = p + spread * draws.normal();
      let hits = 0;
      for (let i = 0; i < windows; i++) if (draws.float() < rate) hits++;
      return hits / windows;
    };
    let beyond = 0;
    for (let trial = 0; trial < 400; trial++) {
      const values = Array.from({ length: 10 }, once);
      if (Math.abs(compareWithPublished({ values, published: once(), windows, measure: "Recall@10" }).z) > 3) beyond++;
    }
    assert.ok(beyond <= 6, `${beyond} of 400`);
  });

  it("refuses a comparison without values or windows", () => {
    assert.throws(
      () => compareWithPublished({ values: [], published: 1, windows: 10, measure: "Recall@10" }),
      RangeError,
    );
    assert.throws(
      () => compareWithPublished({ values: [1], published: 1, windows: 0, measure: "Recall@10" }),
      RangeError,
    );
  });
});
