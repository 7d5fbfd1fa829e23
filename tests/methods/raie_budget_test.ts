/** Steps of a budget, against divisions worked out by hand. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { shareSteps } from "../../src/methods/raie_budget.ts";

describe("shareSteps()", () => {
  it("leaves sets the steps they take by themselves where these are all there are", () => {
    assert.deepEqual(shareSteps(24, [15, 6, 3]), [15, 6, 3]);
  });

  it("gives steps in proportion to those sets take by themselves, and what is left of whole steps to the largest remainders", () => {
    assert.deepEqual(shareSteps(30, [100, 50, 150]), [10, 5, 15]);
    // 7 * 5/9 = 3.89, 7 * 3/9 = 2.33, 7 * 1/9 = .78: less than one step, so it gets the one; 6 * 5/8 = 3.75, 6 * 3/8 = 2.25.
    assert.deepEqual(shareSteps(7, [5, 3, 1]), [4, 2, 1]);
    assert.deepEqual(shareSteps(5, [7, 7]), [3, 2], "of equal remainders the first");
  });

  it("gives every set a step, also where its share is none, or where there are fewer steps than sets", () => {
    assert.deepEqual(shareSteps(10, [1000, 1, 1]), [8, 1, 1]);
    assert.deepEqual(shareSteps(2, [30, 20, 10]), [1, 1, 1]);
    assert.deepEqual(shareSteps(-4, [30]), [1]);
  });

  it("spends all steps, never fewer on a set that takes more by itself, never further than a step from proportion where all have one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 0, max: 3000 }),
        (own, total) => {
          const steps = shareSteps(total, own);
          const sum = own.reduce((a, b) => a + b);
          assert.equal(steps.reduce((a, b) => a + b), Math.max(total, own.length));
          assert.ok(steps.every((each) => each >= 1 && Number.isInteger(each)));
          own.forEach((a, i) => own.forEach((b, j) => assert.ok(a <= b || steps[i]! >= steps[j]!)));
          if (own.some((each) => total * each < sum)) return;
          own.forEach((each, i) => assert.ok(Math.abs(steps[i]! - total * each / sum) < 1));
        },
      ),
    );
  });
});
