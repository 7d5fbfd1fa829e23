import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { drawNegatives } from "../../src/backbones/negatives.ts";
import { stream } from "../../src/engine/random.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("drawNegatives()", () => {
  it("never draws an excluded item or padding, whether they come as an array or as a set", () => {
    const cases = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.array(fc.nat(40)), seeds, fc.boolean());
    fc.assert(fc.property(cases, ([items, excluded, seed, asSet]) => {
      // At least one item is left to draw.
      const kept = excluded.filter((item) => item < items);
      const out = new Int32Array(20);
      drawNegatives(stream(seed, "negatives"), asSet ? new Set(kept) : Int32Array.from(kept), items, out);
      for (const item of out) assert.ok(item >= 1 && item <= items && !kept.includes(item), `${item}`);
    }));
  });

  it("draws every other item equally often", () => {
    const draws = 60_000;
    const out = new Int32Array(draws);
    drawNegatives(stream(3, "negatives"), Int32Array.of(0, 2, 5), 8, out);
    const counts = new Map<number, number>();
    for (const item of out) counts.set(item, (counts.get(item) ?? 0) + 1);
    assert.deepEqual([...counts.keys()].sort(), [1, 3, 4, 6, 7, 8]);
    const expected = draws / 6;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 20.5 is the .999 quantile of chi-square with 5 degrees of freedom.
    assert.ok(chiSquare < 20.5, `chi-square ${chiSquare}`);
  });

  it("finds the one item that is left in a large catalogue", () => {
    const items = 5000;
    const excluded = new Set(Array.from({ length: items }, (_, i) => i + 1).filter((item) => item !== 1234));
    const out = new Int32Array(5);
    drawNegatives(stream(1, "negatives"), excluded, items, out);
    assert.deepEqual([...out], [1234, 1234, 1234, 1234, 1234]);
  });

  it("takes any item where nothing is left, instead of looking for ever", () => {
    const out = new Int32Array(3);
    drawNegatives(stream(1, "negatives"), Int32Array.of(1, 2), 2, out);
    assert.ok(out.every((item) => item === 1 || item === 2));
  });

  it("draws the same for the same stream", () => {
    const draw = () => {
      const out = new Int32Array(50);
      drawNegatives(stream(9, "negatives", 4), Int32Array.of(3), 100, out);
      return [...out];
    };
    assert.deepEqual(draw(), draw());
  });
});
