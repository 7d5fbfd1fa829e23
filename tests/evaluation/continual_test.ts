import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { continualMeasures } from "../../src/evaluation/continual.ts";

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, wanted ${expected}`);

describe("continualMeasures()", () => {
  it("with one adaptation: forgetting is what S lost, forward transfer what T gained", () => {
    // S, F1, T.
    const measures = continualMeasures([[0.5, 0.2, 0.1], [0.4, 0.6, 0.3]]);
    close(measures.average, (0.4 + 0.6) / 2);
    close(measures.backwardTransfer, -0.1);
    close(measures.forgetting, 0.1);
    close(measures.forwardTransfer, (0 + 0.2) / 2);
    close(measures.retention, 0.8);
  });

  it("tells forgetting from backward transfer where a later stage was best", () => {
    // S rises to .6 after F1 before it falls: .5 - .5 = 0 in GEM's sense, .6 - .5 in Chaudhry's.
    const measures = continualMeasures([[0.5, 0, 0], [0.6, 0.3, 0], [0.5, 0.3, 0.4]]);
    close(measures.backwardTransfer, 0);
    close(measures.forgetting, 0.05);
  });

  it("counts as forgotten what was known before it was learnt", () => {
    // F1 falls from .4, the base's, to .3 where it is learnt and to .2: .4 - .2. S loses nothing.
    const measures = continualMeasures([[0.5, 0.4, 0.1], [0.5, 0.3, 0.1], [0.5, 0.2, 0.3]]);
    close(measures.forgetting, (0 + 0.2) / 2);
    close(measures.backwardTransfer, (0 - 0.1) / 2);
  });

  it("takes any number of slices to adapt to", () => {
    // S, F1 to F3, T; each adaptation gives .1 to the slice after it and takes .05 from all before.
    const measures = continualMeasures([
      [0.50, 0.10, 0.10, 0.10, 0.10],
      [0.45, 0.40, 0.20, 0.10, 0.10],
      [0.40, 0.35, 0.40, 0.20, 0.10],
      [0.35, 0.30, 0.35, 0.40, 0.20],
    ]);
    close(measures.average, (0.35 + 0.30 + 0.35 + 0.40) / 4);
    close(measures.backwardTransfer, (-0.15 - 0.10 - 0.05) / 3);
    close(measures.forgetting, (0.15 + 0.10 + 0.05) / 3);
    close(measures.forwardTransfer, (0 + 0.1 + 0.1 + 0.1) / 4);
  });

  it("of the base alone is its own measure, with nothing transferred", () => {
    const measures = continualMeasures([[0.5, 0.2]]);
    close(measures.average, 0.5);
    close(measures.retention, 1);
    assert.ok(
      Number.isNaN(measures.backwardTransfer) && Number.isNaN(measures.forwardTransfer) &&
        Number.isNaN(measures.forgetting),
    );
  });

  it("has no retention where there was nothing to retain", () => {
    assert.ok(Number.isNaN(continualMeasures([[0, 0.2]]).retention));
  });

  it("refuses ragged rows and stages without a slice", () => {
    assert.throws(() => continualMeasures([]), RangeError);
    assert.throws(() => continualMeasures([[1, 2], [1]]), {
      name: "RangeError",
      message: /rows of 2, 1 slices for 2 stages/,
    });
    assert.throws(() => continualMeasures([[1], [1]]), RangeError);
  });
});
