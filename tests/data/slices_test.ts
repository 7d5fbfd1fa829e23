/** The time-sliced protocol, by hand and by its properties. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { quantile, sliceBorders } from "../../src/data/borders.ts";
import { numberItems } from "../../src/data/catalogue.ts";
import { DataError } from "../../src/data/errors.ts";
import { sliceInteractions, type SliceOptions } from "../../src/data/slices.ts";
import type { Interactions, Slice, SlicedData } from "../../src/data/types.ts";
import { distinctRows, interactionsOf, options, type Row, shownWindows } from "./made_up.ts";
import { timesOf } from "../../src/data/window_rows.ts";
import { matrixOf } from "./matrix_of.ts";

/** One user with one item a second: item "0" at 0 s, "1" at 1 s and so on. */
const twenty = interactionsOf(Array.from({ length: 20 }, (_, time): Row => ["ann", String(time), time]));

describe("quantile() and sliceBorders()", () => {
  it("interpolate linearly, as NumPy does", () => {
    // numpy.quantile([1, 2, 4, 8, 16], [.5, .8, .1]) is [4, 9.6, 1.4]
    const sorted = Float64Array.of(1, 2, 4, 8, 16);
    assert.deepEqual([quantile(sorted, 0.5), quantile(sorted, 0.8), quantile(sorted, 0.1)].map((x) => x.toFixed(9)), [
      "4.000000000",
      "9.600000000",
      "1.400000000",
    ]);
  });

  it("truncate borders to whole seconds and take times in any order", () => {
    const slices: SliceOptions["slices"] = { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 };
    assert.deepEqual(sliceBorders(Float64Array.of(16, 1, 8, 4, 2), slices), [4, 9]);
  });

  it("cut F into a list of slices by fractions, or by dates", () => {
    const slices: SliceOptions["slices"] = { kind: "fractions", setup: 0.5, finetune: [0.1, 0.2], test: 0.2 };
    assert.deepEqual(sliceBorders(Float64Array.from({ length: 101 }, (_, time) => time), slices), [50, 60, 80]);
    assert.deepEqual(sliceBorders(Float64Array.of(1), { kind: "dates", borders: [100, 200] }), [100, 200]);
  });

  it("refuse borders that do not rise", () => {
    assert.throws(
      () => sliceBorders(Float64Array.of(1), { kind: "dates", borders: [200, 100] }),
      /F1 ends where or before it starts/,
    );
    assert.throws(
      () => sliceBorders(Float64Array.of(7, 7, 7), { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 }),
      DataError,
    );
  });
});

describe("numberItems()", () => {
  it("orders whole numbers by value however long, and keeps 7 and 07 apart", () => {
    const { catalogue } = numberItems(
      ["10", "9", "07", "7", "123456789012345678901", "123456789012345678902"],
      new Uint8Array(6).fill(1),
    );
    assert.deepEqual(catalogue.ids, ["", "7", "07", "9", "10", "123456789012345678901", "123456789012345678902"]);
  });

  it("keeps the order of first appearance as soon as one id is no number", () => {
    assert.deepEqual(numberItems(["10", "tt9", "8"], Uint8Array.of(1, 1, 1)).catalogue.ids, ["", "10", "tt9", "8"]);
  });
});

describe("sliceInteractions()", () => {
  it("cuts windows aligned to the end of a user's slice, every stride-th", () => {
    const data = sliceInteractions(twenty, options());
    // Quantiles .5 and .8 of 0..19 are 9.5 and 15.2.
    assert.deepEqual(data.borders, [9, 15]);
    assert.deepEqual(shownWindows(data, data.setup.windows), [
      ["ann", "0", "1", "2"],
      ["ann", "2", "3", "4"],
      ["ann", "4", "5", "6"],
      ["ann", "6", "7", "8"],
    ]);
    assert.deepEqual(shownWindows(data, data.finetune[0]!.windows), [["ann", "10", "11", "12"], [
      "ann",
      "12",
      "13",
      "14",
    ]]);
    assert.deepEqual(shownWindows(data, data.test.windows), [["ann", "15", "16", "17"], ["ann", "17", "18", "19"]]);
    assert.deepEqual([...matrixOf(data.test.windows).times], [15, 16, 17, 17, 18, 19]);
    assert.equal(data.setupDense.count, 7);
  });

  it("counts only rows rated high enough, and every row where there are no ratings", () => {
    const rated = interactionsOf(
      Array.from({ length: 40 }, (_, time): Row => ["ann", String(time), time, time % 2 === 0 ? 5 : 3.5]),
    );
    assert.equal(sliceInteractions(rated, options()).positives, 20);
    assert.equal(sliceInteractions(twenty, options()).positives, 20);
  });

  it("keeps file order among equal times", () => {
    const rows = ["a", "b", "c", "d"].map((item): Row => ["ann", item, 5]);
    const later = Array.from({ length: 8 }, (_, time): Row => ["ann", `x${time}`, 10 + time]);
    const data = sliceInteractions(
      interactionsOf([...later, ...rows]),
      options({ slices: { kind: "dates", borders: [9, 14] }, windows: { context: 3, stride: 1 } }),
    );
    assert.deepEqual(shownWindows(data, data.setup.windows), [["ann", "a", "b", "c", "d"]]);
  });

  it("lists items of S's dense windows in the catalogue, though no window of the spec's stride has them", () => {
    // Of the ten positives in S a stride of 4 leaves the first out: windows of 5 end at 9 and 5.
    const data = sliceInteractions(
      twenty,
      options({ slices: { kind: "dates", borders: [10, 15] }, windows: { context: 4, stride: 4 } }),
    );
    assert.equal(matrixOf(data.setup.windows).items.includes(data.catalogue.ids.indexOf("0")), false);
    assert.equal(data.catalogue.ids.includes("0"), true);
  });

  it("keeps each user's last S window from training under held-out retention, and its target from sequences", () => {
    const data = sliceInteractions(twenty, options({ retention: "held-out" }));
    assert.deepEqual(shownWindows(data, data.heldOut!), [["ann", "6", "7", "8"]]);
    assert.deepEqual(shownWindows(data, data.setup.windows).map((row) => row.at(-1)), ["2", "4", "6"]);
    assert.deepEqual(shownWindows(data, data.setupDense).map((row) => row.at(-1)), ["2", "3", "4", "5", "6", "7"]);
    assert.deepEqual(itemsOf(data, data.setup), ["0", "1", "2", "3", "4", "5", "6", "7"]);
    assert.deepEqual(data.catalogue, sliceInteractions(twenty, options()).catalogue);
  });

  it("drops and counts T windows with a target unseen before, and takes unseen items out of contexts", () => {
    const items = ["a", "b", "c", "a", "b", "c", "a", "b", "n1", "n2", "n3", "a", "b", "n4"];
    const rows = items.map((item, time): Row => ["ann", item, time]);
    const slices: SliceOptions["slices"] = { kind: "dates", borders: [4, 8] };
    const changes = options({ slices, catalogue: "seen", windows: { context: 3, stride: 1 } });
    const data = sliceInteractions(interactionsOf(rows), changes);
    assert.deepEqual(data.catalogue.ids, ["", "a", "b", "c"]);
    // n1 n2 n3 -> a has an empty context, n3 a b -> n4 an unseen target; n2 n3 a -> b stays.
    assert.deepEqual(shownWindows(data, data.test.windows), [["ann", "", "", "a", "b"]]);
    assert.deepEqual([...matrixOf(data.test.windows).times], [11, 11, 11, 12]);
    assert.equal(data.test.droppedWindows, 2);
    assert.deepEqual(itemsOf(data, data.test), ["a", "b"]);
  });

  it("refuses slices without windows before anything trains, and says which", () => {
    const long = options({ windows: { context: 6, stride: 1 } });
    assert.throws(
      () => sliceInteractions(twenty, long),
      /F1 .* has no window: its 1 users have at most 6 positives there, wanted 7/,
    );
    assert.throws(
      () => sliceInteractions(interactionsOf([["ann", "x", 1, 2]]), options()),
      /none of 1 is rated 4 or more/,
    );
    const thin = options({ slices: { kind: "dates", borders: [3, 10] }, retention: "held-out" });
    assert.throws(() => sliceInteractions(twenty, thin), /no user has a second one/);
  });

  it("partitions the positives into slices", () => {
    fc.assert(fc.property(distinctRows, (rows) => {
      const data = sliced(rows);
      if (data === undefined) return;
      const slices = [data.setup, ...data.finetune, data.test];
      assert.equal(slices.reduce((sum, { interactions }) => sum + interactions, 0), data.positives);
      assert.equal(data.positives, rows.filter(([, , , rating]) => rating! >= 4).length);
    }));
  });

  it("lets no window cross a slice, and keeps times rising inside windows", () => {
    fc.assert(fc.property(distinctRows, (rows) => {
      const data = sliced(rows);
      for (const { from, to, windows } of data === undefined ? [] : [data.setup, ...data.finetune, data.test]) {
        for (let row = 0; row < windows.count; row++) {
          const times = timesOf(windows, row);
          assert(times[0]! >= from && times[2]! < to && times[0]! < times[1]! && times[1]! < times[2]!);
        }
      }
    }));
  });

  it("gives floor((n - width) / stride) + 1 windows for a user with n positives in a slice", () => {
    fc.assert(fc.property(distinctRows, fc.integer({ min: 1, max: 5 }), (rows, stride) => {
      const data = sliced(rows, { windows: { context: 2, stride }, denseStride: stride });
      if (data === undefined) return;
      const { sequences, windows } = data.setup;
      let expected = 0;
      for (let user = 0; user < sequences.users.length; user++) {
        // Every positive of S in reach of a window is in the catalogue, others may be missing: count from the rows.
        const name = data.userIds[sequences.users[user]!]!;
        const n = rows.filter(([who, , time, rating]) =>
          who === name && rating! >= 4 && time < data.borders[0]!
        ).length;
        if (n >= 3) expected += Math.floor((n - 3) / stride) + 1;
      }
      assert.equal(windows.count, expected);
    }));
  });

  it("gives the same windows for a shuffled file when times are distinct and ids are numbers", () => {
    const shuffled = distinctRows.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))
    );
    fc.assert(fc.property(shuffled, ([rows, mixed]) => {
      const before = sliced(rows);
      const after = sliced(mixed);
      assert.equal(before === undefined, after === undefined);
      if (before === undefined || after === undefined) return;
      assert.deepEqual(before.catalogue, after.catalogue);
      assert.deepEqual(before.borders, after.borders);
      for (const slice of ["setup", "test"] as const) {
        const sorted = (data: SlicedData) => shownWindows(data, data[slice].windows).map((row) => row.join()).sort();
        assert.deepEqual(sorted(before), sorted(after));
      }
    }));
  });
});

/** Slices made-up rows; undefined when they are too few for a window somewhere. */
function sliced(rows: readonly Row[], changes: Partial<SliceOptions> = {}): SlicedData | undefined {
  const interactions: Interactions = interactionsOf(rows);
  try {
    return sliceInteractions(interactions, options(changes));
  } catch (error) {
    assert(error instanceof DataError);
    return undefined;
  }
}

/** Raw ids of a slice's sequences, user after user. */
function itemsOf({ catalogue }: SlicedData, { sequences }: Slice): string[] {
  return Array.from(sequences.items, (item) => catalogue.ids[item]!);
}
