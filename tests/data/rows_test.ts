/** Windows as places of a pool: what joining them shares and what it copies. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { copiedRows, joinRows } from "../../src/data/rows.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { itemsOf, targetOf, targetTimeOf, timesOf, windowsOf } from "../../src/data/window_rows.ts";
import { interactionsOf, options, type Row } from "./made_up.ts";
import { matrixOf } from "./matrix_of.ts";

/** Two windows of two items and a target; `first` tells sets apart. */
const made = (first: number) =>
  windowsOf({
    context: 2,
    users: Int32Array.of(first, first + 1),
    items: Int32Array.of(1, 2, 3, 4, 5, 6).map((item) => 10 * first + item),
    times: Float64Array.of(1, 2, 3, 4, 5, 6),
  });

/** Forty positives of one user; one of T's is an item that nothing else has. */
const rows = Array.from({ length: 40 }, (_, at): Row => ["ann", at === 37 ? "new" : `${at % 9}`, at]);

describe("windows", () => {
  it("hold the items and times of their places, the target last", () => {
    const windows = made(1);
    assert.deepEqual([[...itemsOf(windows, 1)], [...timesOf(windows, 1)]], [[14, 15, 16], [4, 5, 6]]);
    assert.deepEqual([targetOf(windows, 0), targetTimeOf(windows, 1)], [13, 6]);
  });

  it("are refused where items or times do not make up the rows", () => {
    const matrix = { context: 2, users: Int32Array.of(1), items: new Int32Array(3), times: new Float64Array(2) };
    assert.throws(() => windowsOf(matrix), /3 items and 2 times, wanted 1 rows of 3/);
  });

  for (const catalogue of ["all", "seen"] as const) {
    it(`of all slices are places of one pool, whatever the stride, with the catalogue "${catalogue}"`, () => {
      const shape = { windows: { context: 4, stride: 3 }, denseStride: 1, catalogue };
      const { setup, finetune, test, setupDense } = sliceInteractions(interactionsOf(rows), options(shape));
      const sets = [setup.windows, setupDense, finetune[0]!.windows, test.windows];
      assert.equal(new Set(sets.map(({ pool }) => pool)).size, 1);
      const { pool } = joinRows(sets.map((windows) => ({ windows, rows: Int32Array.of(0) })));
      assert.equal(pool, setup.windows.pool);
      // Rows of T that lost an item are written out anew; nothing else is there twice.
      assert.equal(pool.items.length, rows.length + (catalogue === "all" ? 0 : 5));
    });
  }
});

describe("joinRows()", () => {
  const [one, two] = [made(1), made(2)];

  it("keeps order and repeats, in the pool where there is one alone", () => {
    const joined = joinRows([{ windows: one, rows: Int32Array.of(1, 0, 1) }]);
    assert.equal(joined.pool, one.pool);
    assert.deepEqual([...joined.users], [2, 1, 2]);
    assert.deepEqual([...matrixOf(joined).items], [14, 15, 16, 11, 12, 13, 14, 15, 16]);
  });

  it("copies rows of several pools, and leaves theirs as they are", () => {
    const joined = joinRows([{ windows: one, rows: Int32Array.of(0) }, { windows: two, rows: Int32Array.of(1) }]);
    assert.deepEqual([...joined.pool.items], [11, 12, 13, 24, 25, 26]);
    assert.deepEqual([...joined.pool.times], [1, 2, 3, 4, 5, 6]);
    copiedRows([{ windows: one, rows: Int32Array.of(0) }]).pool.items[0] = 99;
    assert.equal(one.pool.items[0], 11);
  });

  it("refuses windows of several contexts, and makes none of nothing", () => {
    const short = windowsOf({
      context: 0,
      users: Int32Array.of(1),
      items: Int32Array.of(1),
      times: Float64Array.of(1),
    });
    const all = [one, short].map((windows) => ({ windows, rows: Int32Array.of(0) }));
    assert.throws(() => joinRows(all), /contexts 2 and 0 differ/);
    assert.equal(joinRows([]).count, 0);
  });
});
