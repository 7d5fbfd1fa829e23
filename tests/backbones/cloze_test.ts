import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { clozeBatch } from "../../src/backbones/cloze.ts";
import type { Sequences } from "../../src/backbones/types.ts";
import { stream } from "../../src/engine/random.ts";

const items = 50;

/** Rows of the given lengths, padded on the left to `time`. */
function made(lengths: readonly number[], time: number): Sequences {
  const draw = stream(3, "test sequences");
  const sequences = {
    rows: lengths.length,
    time,
    users: new Int32Array(lengths.length),
    items: new Int32Array(lengths.length * time),
    times: Float64Array.from({ length: lengths.length * time }, (_, i) => i),
  };
  lengths.forEach((length, row) => {
    for (let t = time - length; t < time; t++) sequences.items[row * time + t] = 1 + draw.integer(items);
  });
  return sequences;
}

const cases = fc.record({
  mask: fc.double({ min: 0.01, max: 1, noNaN: true }),
  time: fc.integer({ min: 1, max: 30 }),
  lengths: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
  step: fc.nat(1000),
}).map(({ lengths, time, ...rest }) => ({
  ...rest,
  sequences: made(lengths.map((length) => Math.min(length, time)), time),
}));

const hide = (sequences: Sequences, mask: number, step: number) =>
  clozeBatch({ sequences, mask, items, draw: stream(1, "cloze", step) });

/** The item of a row's sequence that stands at a place of a model with [CLS] before the items. */
const itemAt = ({ items, time }: Sequences, place: number): number =>
  items[Math.floor(place / (1 + time)) * time + place % (1 + time) - 1]!;

describe("clozeBatch()", () => {
  it("chooses ceil(mask n) different items of each row of n, and the same number of places in each", () => {
    fc.assert(fc.property(cases, ({ sequences, mask, step }) => {
      const { places, targets, weights } = hide(sequences, mask, step);
      const perRow = Math.ceil(mask * sequences.time);
      for (const each of [places, targets, weights]) assert.equal(each.length, sequences.rows * perRow);
      for (let row = 0; row < sequences.rows; row++) {
        const own = [...weights.keys()].slice(row * perRow, (row + 1) * perRow);
        const chosen = own.filter((at) => weights[at] !== 0);
        const n = sequences.items.subarray(row * sequences.time, (row + 1) * sequences.time).filter((i) =>
          i > 0
        ).length;
        assert.equal(chosen.length, Math.ceil(mask * n));
        assert.equal(new Set(chosen.map((at) => places[at])).size, chosen.length);
        assert.ok(own.every((at) => Math.floor(places[at]! / (1 + sequences.time)) === row));
      }
    }));
  });

  it("gives for each place the item that stood there; changes nothing else", () => {
    fc.assert(fc.property(cases, ({ sequences, mask, step }) => {
      const before = sequences.items.slice();
      const { sequences: seen, places, targets, weights } = hide(sequences, mask, step);
      assert.deepEqual(sequences.items, before);
      assert.deepEqual([seen.rows, seen.time, seen.times], [sequences.rows, sequences.time, sequences.times]);
      const chosen = new Set<number>();
      places.forEach((place, at) => {
        if (weights[at] === 0) return assert.equal(targets[at], 0);
        assert.notEqual(targets[at], 0);
        assert.equal(targets[at], itemAt(sequences, place));
        assert.ok(itemAt(seen, place) >= 1 && itemAt(seen, place) <= items + 1);
        const [row, t] = [Math.floor(place / (1 + sequences.time)), place % (1 + sequences.time) - 1];
        chosen.add(row * sequences.time + t);
      });
      seen.items.forEach((item, at) => chosen.has(at) || assert.equal(item, before[at]));
    }));
  });

  it("gives every target the same weight, and all of them 1", () => {
    const { weights } = hide(made([10, 3, 0, 20], 20), 0.15, 1);
    // 2 of 10 (1.5, rounded up), 1 of 3, none, 3 of 20.
    assert.deepEqual([...weights], [1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1].map((weight) => Math.fround(weight / 6)));
    assert.ok(hide(made([0, 0], 5), 0.5, 1).weights.every((weight) => weight === 0));
  });

  it("hides 80 % of the chosen items, replaces 10 % by a random one and leaves 10 %; every place is chosen as often", () => {
    const time = 20;
    const sequences = made(new Array(4000).fill(time), time);
    const { sequences: seen, places, targets } = hide(sequences, 0.15, 7);
    const total = places.length;
    assert.equal(total, 3 * 4000);
    const now = Array.from(places, (place) => itemAt(seen, place));
    const hidden = now.filter((item) => item === items + 1).length;
    const left = now.filter((item, at) => item === targets[at]).length;
    const random = now.filter((item, at) => item !== items + 1 && item !== targets[at]);
    /** Within 4 standard errors of a share of all draws. */
    const assertShare = (count: number, share: number, what: string) => {
      const error = Math.sqrt(total * share * (1 - share));
      assert.ok(Math.abs(count - total * share) < 4 * error, `${what}: ${count} of ${total}, wanted ${share}`);
    };
    assertShare(hidden, 0.8, "hidden");
    // A random item is now and then the one that was there.
    assertShare(left, 0.1 + 0.1 / items, "left");
    assertShare(random.length, 0.1 - 0.1 / items, "random");
    assert.deepEqual(new Set(random).size, items);
    for (let t = 0; t < time; t++) {
      assertShare(places.filter((place) => place % (1 + time) === 1 + t).length, 1 / time, `place ${t}`);
    }
  });

  it("draws the same from the same stream, and something else in another step", () => {
    const sequences = made([20, 12, 7], 20);
    assert.deepEqual(hide(sequences, 0.3, 4), hide(sequences, 0.3, 4));
    assert.notDeepEqual(hide(sequences, 0.3, 4).places, hide(sequences, 0.3, 5).places);
  });

  it("refuses to hide no share, or more than all", () => {
    for (const mask of [0, -0.1, 1.1, NaN]) {
      assert.throws(() => hide(made([3], 3), mask, 0), { name: "RangeError", message: /mask is .*wanted a share/ });
    }
  });
});
