import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { positivesByUser } from "../../src/data/positives.ts";
import { countRepeats } from "../../src/data/repeats.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { interactionsOf, options, type Row } from "./made_up.ts";

describe("countRepeats()", () => {
  it("counts positives whose time the file's order decides on, and those that say nothing new", () => {
    const rows: Row[] = [["ann", "x", 5], ["bob", "x", 5], ["ann", "y", 5], ["ann", "x", 5], ["ann", "x", 6]];
    const data = interactionsOf(rows);
    // ann at 5: x, y, x: two share the time with the one before, one of them is x again.
    assert.deepEqual(countRepeats(positivesByUser(data, 0), data), { ties: 2, repeats: 1 });
  });

  it("agrees with a count of all pairs, however long a run of equal times", () => {
    const row = fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 20 }), fc.nat({ max: 2 }));
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 200 }), (rows) => {
      const data = interactionsOf(rows.map(([user, item, time]): Row => [`u${user}`, `${item}`, time]));
      const distinct = (key: (row: number[]) => string) => new Set(rows.map(key)).size;
      assert.deepEqual(countRepeats(positivesByUser(data, 0), data), {
        ties: rows.length - distinct(([user, , time]) => `${user} ${time}`),
        repeats: rows.length - distinct((row) => row.join(" ")),
      });
    }));
  });
});

describe("sliceInteractions() of rows in doubt", () => {
  const later = Array.from({ length: 20 }, (_, time): Row => ["ann", `x${time}`, 10 + time]);

  it("keeps ties and repeats, and says how many", () => {
    const { positives, notes } = sliceInteractions(interactionsOf([...later, later[3]!, ["ann", "y", 12]]), options());
    assert.equal(positives, 22);
    assert.deepEqual(notes, [
      "2 of 22 positives share user and time with the one before; they keep the file's order.",
      "1 of 22 positives repeat an earlier one (same user, item and time); they are kept.",
    ]);
    assert.deepEqual(sliceInteractions(interactionsOf(later), options()).notes, []);
  });

  it("refuses a single time for everything, and names it", () => {
    const rows = later.map(([user, item]): Row => [user, item, 881_250_949]);
    assert.throws(
      () => sliceInteractions(interactionsOf(rows), options()),
      /all 20 positives have the time 1997-12-04T15:55:49Z, wanted times that differ/,
    );
  });

  it("takes a rating that equals minRating for a positive, though single precision has no such number", () => {
    const rows = later.map(([user, item, time], row): Row => [user, item, time, row % 2 === 0 ? 3.3 : 3.2]);
    assert.equal(positivesByUser(interactionsOf(rows), 3.3).rows.length, 10);
  });
});
