import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { trainingRows } from "../../src/backbones/training_rows.ts";
import type { Slice, SlicedData } from "../../src/data/types.ts";
import type { TransformerSpec } from "../../src/spec/types.ts";
import { smallSpec } from "../methods/small_context.ts";
import { windowsOf } from "../../src/data/window_rows.ts";
import { matrixOf } from "../data/matrix_of.ts";

/** Windows of two items and a target, stride 1, of user 0 (items 1 2 3 4, at seconds 10 20 30 40) and of user 7 (5 6 5). */
const windows = windowsOf({
  context: 2,
  users: Int32Array.of(0, 0, 7),
  items: Int32Array.of(1, 2, 3, 2, 3, 4, 5, 6, 5),
  times: Float64Array.of(10, 20, 30, 20, 30, 40, 1, 2, 3),
});

/** User 3 has a single positive, which no window holds. */
const setup: Slice = {
  name: "S",
  from: -Infinity,
  to: 100,
  users: 3,
  items: 7,
  interactions: 8,
  windows,
  sequences: {
    users: Int32Array.of(0, 3, 7),
    offsets: Int32Array.of(0, 4, 5, 8),
    items: Int32Array.of(1, 2, 3, 4, 7, 5, 6, 5),
    times: Float64Array.of(10, 20, 30, 40, 15, 1, 2, 3),
  },
};

const data: SlicedData = {
  catalogue: { size: 7, ids: ["", "a", "b", "c", "d", "e", "f", "g"] },
  userIds: ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"],
  setup,
  finetune: [],
  test: { ...setup, name: "T" },
  setupDense: windows,
  borders: [100],
  positives: 8,
  notes: [],
};

/** A backbone's spec with the fields that rows depend on. */
function spec(
  maxLength: number,
  training: Partial<Pick<TransformerSpec["training"], "rows" | "minPositives" | "negativesOutside">>,
): TransformerSpec {
  const backbone = smallSpec().backbone as TransformerSpec;
  return { ...backbone, maxLength, training: { ...backbone.training, minPositives: 2, ...training } };
}

const rowsOf = (values: Int32Array | Float64Array, time: number) =>
  Array.from({ length: values.length / time }, (_, row) => [...values.subarray(row * time, (row + 1) * time)]);

describe("trainingRows() of user tails", () => {
  const rows = trainingRows(data, spec(3, { rows: "user-tail", negativesOutside: "user" }));

  it("are the last maxLength + 1 positives of each user", () => {
    assert.deepEqual([rows.windows.count, rows.windows.context], [2, 3]);
    assert.deepEqual(rowsOf(matrixOf(rows.windows).items, 4)[0], [1, 2, 3, 4]);
    assert.deepEqual(rowsOf(matrixOf(rows.windows).times, 4)[0], [10, 20, 30, 40]);
    assert.deepEqual([...rows.windows.users], [0, 7]);
    const tail = trainingRows(data, spec(2, { rows: "user-tail" })).windows;
    assert.deepEqual(rowsOf(matrixOf(tail).items, 3), [[2, 3, 4], [5, 6, 5]]);
  });

  it("are padded on the left where a user has fewer", () => {
    assert.deepEqual(rowsOf(matrixOf(rows.windows).items, 4)[1], [0, 5, 6, 5]);
    assert.deepEqual(rowsOf(matrixOf(rows.windows).times, 4)[1], [0, 1, 2, 3]);
  });

  it("leave out users below minPositives, and always those who have nothing to predict", () => {
    assert.equal(trainingRows(data, spec(3, { rows: "user-tail", minPositives: 4 })).windows.count, 1);
    assert.equal(trainingRows(data, spec(3, { rows: "user-tail", minPositives: 1 })).windows.count, 2);
  });

  it("exclude the user's items from negatives, or those of the row alone", () => {
    assert.deepEqual(new Set(rows.excluded(1)), new Set([5, 6]));
    const tail = (negativesOutside: "user" | "row") =>
      trainingRows(data, spec(2, { rows: "user-tail", negativesOutside })).excluded(0);
    assert.deepEqual(new Set(tail("user")), new Set([1, 2, 3, 4]));
    assert.deepEqual([...tail("row")], [2, 3, 4]);
  });
});

describe("trainingRows() of windows", () => {
  it("are every S window as it is", () => {
    assert.deepEqual(trainingRows(data, spec(2, { rows: "windows" })).windows, windows);
  });

  it("exclude the window's items, target included, or the user's", () => {
    const excluded = (negativesOutside: "user" | "row") =>
      trainingRows(data, spec(2, { rows: "windows", negativesOutside })).excluded(1);
    assert.deepEqual([...excluded("row")], [2, 3, 4]);
    assert.deepEqual(new Set(excluded("user")), new Set([1, 2, 3, 4]));
  });
});

describe("trainingRows()", () => {
  it("refuses to train on nothing", () => {
    assert.throws(() => trainingRows(data, spec(3, { rows: "user-tail", minPositives: 9 })), {
      name: "DataError",
      message: /no row is left .* "user-tail" \(minPositives 9\)/,
    });
  });
});
