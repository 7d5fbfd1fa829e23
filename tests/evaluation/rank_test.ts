import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { countsOf, rankOf, ranksOf } from "../../src/evaluation/rank.ts";

/** Few distinct values, so that ties are common. */
const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 });

describe("rankOf()", () => {
  it("is the place of the target when the items that count are sorted", () => {
    fc.assert(fc.property(scores, fc.nat(), fc.array(fc.nat(39)), (values, pick, excluded) => {
      const target = pick % values.length;
      const rest = values.filter((_, item) => item !== target && !excluded.includes(item));
      const sorted = [...rest, values[target]!].sort((a, b) => b - a);
      assert.equal(rankOf(values, target, excluded, "optimistic"), sorted.indexOf(values[target]!) + 1);
      assert.equal(rankOf(values, target, excluded, "pessimistic"), sorted.lastIndexOf(values[target]!) + 1);
    }));
  });

  it("does not depend on the order of items", () => {
    fc.assert(
      fc.property(
        scores,
        fc.nat(),
        fc.array(fc.nat(39)),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        (values, pick, excluded, keys) => {
          const target = pick % values.length;
          const order = values.map((_, item) => item).sort((a, b) => keys[a]! - keys[b]!);
          const place = (item: number) => order.indexOf(item);
          const shuffled = order.map((item) => values[item]!);
          for (const ties of ["optimistic", "pessimistic", "mean"] as const) {
            const there = rankOf(
              shuffled,
              place(target),
              excluded.filter((item) => item < values.length).map(place),
              ties,
            );
            assert.equal(there, rankOf(values, target, excluded, ties));
          }
        },
      ),
    );
  });

  it("lies between optimistic and pessimistic for mean ties, and within 1 and the number of items", () => {
    fc.assert(fc.property(scores, fc.nat(), (values, pick) => {
      const target = pick % values.length;
      const [best, mean, worst] = (["optimistic", "mean", "pessimistic"] as const).map((ties) =>
        rankOf(values, target, [], ties)
      );
      assert.ok(1 <= best! && best! <= mean! && mean! <= worst! && worst! <= values.length);
      assert.equal(mean, (best! + worst!) / 2);
    }));
  });

  it("never leaves the target out, and counts a repeated exclusion once", () => {
    assert.equal(rankOf([3, 2, 1], 2, [2, 0, 0], "mean"), 2);
  });

  it("refuses a target without a score", () => {
    assert.throws(() => rankOf([1, 2], 2, [], "mean"), {
      name: "RangeError",
      message: /item 2: its score is undefined/,
    });
    assert.throws(() => rankOf([1, NaN], 1, [], "mean"), /its score is NaN/);
  });

  it("refuses a NaN score of any other item, an excluded one too", () => {
    assert.throws(() => rankOf([1, 2, NaN], 1, [], "mean"), /Cannot rank item 1: the score of item 2 is NaN/);
    assert.throws(() => rankOf([NaN, 2, 3], 1, [0], "mean"), /Cannot rank item 1: the score of item 0 is NaN/);
    assert.equal(rankOf([-Infinity, 2, Infinity], 1, [], "mean"), 2);
  });
});

describe("ranksOf()", () => {
  it("gives every window its rank, half ranks included", () => {
    const counts = { greater: Int32Array.of(0, 4), equal: Int32Array.of(1, 0) };
    assert.deepEqual([...ranksOf(counts, "mean")], [1.5, 5]);
    assert.deepEqual([...ranksOf(counts, "optimistic")], [1, 5]);
    assert.deepEqual([...ranksOf(counts, "pessimistic")], [2, 5]);
  });

  it("gives the same ranks in batches of any size", () => {
    fc.assert(
      fc.property(fc.array(scores, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 20 }), (rows, batch) => {
        const ranks = (part: number[][]) => {
          const counts = part.map((values) => countsOf(values, 0));
          const column = (name: "greater" | "equal") => Int32Array.from(counts, (count) => count[name]);
          return [...ranksOf({ greater: column("greater"), equal: column("equal") }, "mean")];
        };
        const parts = rows.flatMap((_, i) => i % batch === 0 ? [rows.slice(i, i + batch)] : []);
        assert.deepEqual(parts.flatMap(ranks), ranks(rows));
      }),
    );
  });

  it("refuses counts of different lengths", () => {
    assert.throws(() => ranksOf({ greater: Int32Array.of(1), equal: new Int32Array(0) }, "mean"), RangeError);
  });
});
