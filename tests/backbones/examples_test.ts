import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { contexts, ExampleBatch } from "../../src/backbones/examples.ts";
import { windowRows } from "../../src/backbones/training_rows.ts";
import { windowsOf } from "../../src/data/window_rows.ts";

/** Three items and a target each; the second begins with padding. */
const windows = windowsOf({
  context: 3,
  users: Int32Array.of(0, 1),
  items: Int32Array.of(1, 2, 3, 4, 0, 5, 6, 7),
  times: Float64Array.of(1, 2, 3, 4, 0, 10, 20, 30),
});
/** A draw that gives the items in turn, 1 first. */
const inTurn = () => {
  let next = 0;
  return { integer: (bound: number) => next++ % bound };
};
const rows = Int32Array.of(1, 0);

describe("contexts()", () => {
  it("are windows without their targets, with the items' times", () => {
    const sequences = contexts(windows, rows, 9);
    assert.deepEqual([sequences.rows, sequences.time], [2, 3]);
    assert.deepEqual([...sequences.items], [0, 5, 6, 1, 2, 3]);
    assert.deepEqual([...sequences.times], [0, 10, 20, 1, 2, 3]);
  });

  it("keep the latest items where a window is longer than the model", () => {
    assert.deepEqual([...contexts(windows, rows, 2).items], [5, 6, 2, 3]);
  });
});

describe("ExampleBatch", () => {
  const sizes = { rows: 3, time: 3, negatives: 1, items: 7 };

  it("learns the next item at every real place, negatives outside the window", () => {
    const batch = new ExampleBatch({ ...sizes, positions: "all" });
    batch.put(0, windowRows(windows), rows, inTurn());
    assert.deepEqual([...batch.sequences.items], [0, 5, 6, 1, 2, 3, 0, 0, 0]);
    const positives = [...batch.candidates].filter((_, at) => at % 2 === 0);
    assert.deepEqual(positives, [5, 6, 7, 2, 3, 4, 0, 0, 0]);
    // Outside 5, 6, 7: 1 and 2; outside 1 to 4: 5 (after 3 and 4 were refused), 6, 7. Padding draws nothing.
    const negatives = [...batch.candidates].filter((_, at) => at % 2 === 1);
    assert.deepEqual(negatives, [0, 1, 2, 5, 6, 7, 0, 0, 0]);
    const fifth = Math.fround(1 / 5);
    assert.deepEqual([...batch.weights], [0, fifth, fifth, fifth, fifth, fifth, 0, 0, 0]);
  });

  it("learns the target alone", () => {
    const batch = new ExampleBatch({ ...sizes, positions: "last" });
    batch.put(1, windowRows(windows), rows, inTurn(), (row) => row === 0 ? 3 : 1);
    assert.deepEqual([...batch.candidates], [0, 0, 7, 1, 4, 5]);
    assert.deepEqual([...batch.weights], [0, 0.25, 0.75]);
    assert.deepEqual([...batch.sequences.items.subarray(0, 3)], [0, 0, 0]);
  });
});
