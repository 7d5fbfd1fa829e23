/** How a search sees the data: T left out, the end of the last F slice in its place. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { validationBorders } from "../../src/data/borders.ts";
import { DataError } from "../../src/data/errors.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { interactionsOf, options, type Row } from "./made_up.ts";
import { matrixOf } from "./matrix_of.ts";

/** One user with one item a second: item "0" at 0 s, "1" at 1 s and so on. */
const hundred = interactionsOf(Array.from({ length: 101 }, (_, time): Row => ["ann", String(time), time]));
const slices = { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 } as const;
const small = options({ windows: { context: 2, stride: 1 } });

describe("slices for a search", () => {
  it("end where T begins, the last share of F's positives in its place", () => {
    // F is 50 to 79; three quarters of the way from its first to its last second is 71.75.
    const data = sliceInteractions(hundred, { ...small, slices: { ...slices, validation: 0.25 } });
    assert.deepEqual(data.borders, [50, 71]);
    assert.deepEqual(data.finetune.map(({ name, from, to }) => [name, from, to]), [["F1", 50, 71]]);
    assert.deepEqual([data.test.from, data.test.to, data.test.interactions], [71, 80, 9]);
  });

  it("hold nothing of T: no time, no item", () => {
    fc.assert(fc.property(fc.double({ min: 0.15, max: 0.8, noNaN: true }), (validation) => {
      const data = sliceInteractions(hundred, { ...small, slices: { ...slices, validation } });
      for (const { windows } of [data.setup, ...data.finetune, data.test]) {
        assert.ok(matrixOf(windows).times.every((time) => time < 80));
      }
      assert.ok(data.catalogue.ids.slice(1).every((id) => Number(id) < 80));
      const whole = sliceInteractions(hundred, { ...small, slices });
      assert.deepEqual(
        matrixOf(data.setup.windows).times,
        matrixOf(whole.setup.windows).times,
        "S is what it always is",
      );
    }));
  });

  it("take the tail of the last of several F slices", () => {
    const several = { ...slices, finetune: [0.1, 0.2], validation: 0.5 };
    const data = sliceInteractions(hundred, { ...small, slices: several });
    // F2 is 60 to 79, its middle 69.5.
    assert.deepEqual(data.borders, [50, 60, 69]);
    assert.deepEqual(data.finetune.map(({ name }) => name), ["F1", "F2"]);
  });

  it("refuse a slice that does not divide, and a tail without a window, and say whose setting it is", () => {
    assert.throws(() => validationBorders(Float64Array.of(1, 5, 5, 5, 9), [5, 9], 0.5), (error) => {
      return error instanceof DataError && /Cannot hold out the end of F1 .* search\.validation/.test(error.message);
    });
    assert.throws(
      () => sliceInteractions(hundred, { ...small, slices: { ...slices, validation: 0.03 } }),
      /the end of F1, which a search judges by \(search\.validation\), .* has no window/,
    );
  });
});
