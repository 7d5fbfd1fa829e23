import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { powerLaw } from "./power_law.ts";

const rounded = (value: number | undefined) => value === undefined ? undefined : Number(value.toFixed(6));

describe("powerLaw()", () => {
  it("finds the law that points were made by, without an error", () => {
    for (const [exponent, scale] of [[1, 3e-5], [.5, 20], [2, .1], [0, 7], [1.3, 1e-4]] as const) {
      const law = powerLaw([1e5, 3e5, 1e6, 1e7].map((x) => ({ x, y: scale * x ** exponent })))!;
      assert.deepEqual([law.exponent, law.last, law.error].map(rounded), [exponent, exponent, 0]);
      assert.ok(Math.abs(law.scale / scale - 1) < 1e-9);
    }
  });

  it("says how sure it is of the exponent", () => {
    // Logarithms to base ten at 0, 1, 2: 0, 1.2, 1.8. Slope (1.8 - 0) / 2 = .9; the line is .1, 1, 1.9; residues -.1, .2, -.1;
    // standard error sqrt(.06 / 1 / 2).
    const law = powerLaw([[1, 1], [10, 10 ** 1.2], [100, 10 ** 1.8]].map(([x, y]) => ({ x: x!, y: y! })))!;
    assert.deepEqual([law.exponent, law.error, law.last].map(rounded), [.9, rounded(Math.sqrt(.03)), .6]);
    assert.equal(rounded(Math.log10(law.scale)), .1);
  });

  it("takes sizes in any order, and has no error for two", () => {
    const law = powerLaw([{ x: 40, y: 16 }, { x: 10, y: 1 }])!;
    assert.equal(rounded(law.exponent), 2);
    assert.equal(law.error, undefined);
  });

  it("is none through one size", () => {
    assert.equal(powerLaw([{ x: 5, y: 1 }, { x: 5, y: 2 }]), undefined);
    assert.equal(powerLaw([{ x: 5, y: 1 }]), undefined);
    assert.equal(powerLaw([]), undefined);
  });
});
