import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { coverage } from "../../src/evaluation/coverage.ts";
import { measureNamed, measuresFromRanks, windowVariance } from "../../src/evaluation/measures.ts";
import { perUser, perUserMeasures, userRows } from "../../src/evaluation/per_user.ts";
import { measuresOf } from "../../src/evaluation/slice_measures.ts";

const CUTOFFS = [1, 5, 10, 20];
/** Half ranks from 1 to 100. */
const ranks = fc.array(fc.integer({ min: 2, max: 200 }).map((twice) => twice / 2), { minLength: 1, maxLength: 50 });

describe("measuresFromRanks()", () => {
  it("stays within 0 and 1, grows with the cut-off, and NDCG never exceeds Recall", () => {
    fc.assert(fc.property(ranks, (values) => {
      const measures = measuresFromRanks(values, CUTOFFS);
      for (const value of Object.values(measures)) assert.ok(value >= 0 && value <= 1);
      CUTOFFS.forEach((k, i) => {
        assert.ok(measures[`NDCG@${k}`]! <= measures[`Recall@${k}`]! + 1e-12);
        if (i === 0) return;
        assert.ok(measures[`Recall@${k}`]! >= measures[`Recall@${CUTOFFS[i - 1]}`]!);
        assert.ok(measures[`NDCG@${k}`]! >= measures[`NDCG@${CUTOFFS[i - 1]}`]!);
      });
    }));
  });

  it("does not depend on the order of windows", () => {
    fc.assert(fc.property(ranks, (values) => {
      const turned = measuresFromRanks(values.toReversed(), CUTOFFS);
      for (const [name, value] of Object.entries(measuresFromRanks(values, CUTOFFS))) {
        assert.ok(Math.abs(turned[name]! - value) < 1e-12);
      }
    }));
  });

  it("leaves a half rank beyond the cut-off outside", () => {
    assert.equal(measuresFromRanks([10.5], [10])["Recall@10"], 0);
    assert.equal(measuresFromRanks([9.5], [10])["Recall@10"], 1);
    assert.equal(measuresFromRanks([9.5], [10])["NDCG@10"], 1 / Math.log2(10.5));
  });

  it("is not a number without windows", () => {
    assert.ok(Object.values(measuresFromRanks([], [10])).every(Number.isNaN));
  });

  it("refuses ranks below 1 and cut-offs that are no whole number", () => {
    assert.throws(() => measuresFromRanks([1, 0], [5]), { name: "RangeError", message: /rank 0 of window 1/ });
    assert.throws(() => measuresFromRanks([NaN], [5]), RangeError);
    assert.throws(() => measuresFromRanks([1], [2.5]), /cut-off 2.5/);
  });
});

describe("windowVariance()", () => {
  it("of Recall is the binomial variance n p (1 - p) / (n - 1)", () => {
    // Three of five inside.
    assert.ok(Math.abs(windowVariance([1, 2, 3, 11, 12], "Recall@10") - 5 * 0.6 * 0.4 / 4) < 1e-12);
  });

  it("of NDCG by hand", () => {
    // 1, 1/2 and 0: mean 1/2, squares 1/4, 0, 1/4.
    assert.ok(Math.abs(windowVariance([1, 3, 11], "NDCG@10") - 0.25) < 1e-12);
  });

  it("is not a number for one window, and unknown names are refused", () => {
    assert.ok(Number.isNaN(windowVariance([1], "MRR")));
    assert.throws(() => measureNamed("coverage@10"), { name: "RangeError", message: /coverage@10/ });
    assert.throws(() => measureNamed("Recall@0"), RangeError);
  });
});

describe("coverage()", () => {
  it("counts items once, skips the ends of short lists, and cuts lists off", () => {
    const top = Int32Array.of(1, 2, 0, 2, 3, 4);
    assert.equal(coverage(top, 3, 3, 10), 0.4);
    assert.equal(coverage(top, 3, 1, 10), 0.2);
  });

  it("of a catalogue smaller than the cut-off needs lists no longer than the catalogue", () => {
    assert.equal(coverage(Int32Array.of(1, 2), 2, 10, 2), 1);
  });

  it("refuses lists that are too short and items outside the catalogue", () => {
    assert.throws(() => coverage(Int32Array.of(1, 2), 2, 3, 10), { name: "RangeError", message: /lists hold 2 items/ });
    assert.throws(() => coverage(Int32Array.of(11), 1, 1, 10), /item 11/);
  });
});

describe("perUser()", () => {
  it("averaged over users by their windows gives the measures over all windows", () => {
    fc.assert(fc.property(ranks, fc.array(fc.nat(4), { minLength: 50, maxLength: 50 }), (values, owners) => {
      const users = Int32Array.from(values, (_, i) => owners[i]!);
      const table = perUser(values, users, CUTOFFS);
      for (const [name, whole] of Object.entries(measuresFromRanks(values, CUTOFFS))) {
        const column = table.measures[name]!;
        const weighted = column.reduce((sum, value, row) => sum + value * table.windows[row]!, 0) / values.length;
        assert.ok(Math.abs(weighted - whole) < 1e-12);
      }
      assert.deepEqual([...table.users], [...new Set(users)].sort((a, b) => a - b));
    }));
  });

  it("gives one row a user, in order of users", () => {
    const table = perUser([1, 3, 30], Int32Array.of(7, 7, 2), [10]);
    assert.deepEqual([...userRows(table)], [
      { user: 2, windows: 1, "Recall@10": 0, "NDCG@10": 0, MRR: 1 / 30 },
      { user: 7, windows: 2, "Recall@10": 1, "NDCG@10": 0.75, MRR: 2 / 3 },
    ]);
  });

  it("takes counts with the spec's ties", () => {
    const counts = { greater: Int32Array.of(9), equal: Int32Array.of(2) };
    const recallOf = (ties: "optimistic" | "pessimistic" | "mean") =>
      [...perUserMeasures(counts, Int32Array.of(0), { cutoffs: [10], ties })][0]!["Recall@10"];
    assert.deepEqual([recallOf("optimistic"), recallOf("mean"), recallOf("pessimistic")], [1, 0, 0]);
  });

  it("refuses ranks and users of different lengths", () => {
    assert.throws(() => perUser([1], new Int32Array(0), [5]), RangeError);
  });
});

describe("measuresOf()", () => {
  it("gives every measure of a slice, in a fixed order", () => {
    const counts = { greater: Int32Array.of(0, 2), equal: Int32Array.of(0, 0), top: Int32Array.of(1, 2, 1, 3) };
    const measures = measuresOf(counts, { cutoffs: [1, 2], ties: "mean" }, 4);
    assert.deepEqual(Object.entries(measures), [
      ["Recall@1", 0.5],
      ["Recall@2", 0.5],
      ["NDCG@1", 0.5],
      ["NDCG@2", 0.5],
      ["MRR", 2 / 3],
      ["coverage@1", 0.25],
      ["coverage@2", 0.75],
    ]);
  });

  it("is not a number without windows", () => {
    const empty = new Int32Array(0);
    const measures = measuresOf({ greater: empty, equal: empty, top: empty }, { cutoffs: [10], ties: "mean" }, 4);
    assert.ok(Object.values(measures).every(Number.isNaN));
  });
});
