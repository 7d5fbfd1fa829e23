import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { placeAmong } from "../../src/pipeline/centre_places.ts";

/** A direction in the plane, degrees. */
const towards = (degrees: number) => [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];

describe("placeAmong()", () => {
  // Forty sequences, a degree apart, laid out in a row of one place a degree.
  const vectors = Array.from({ length: 40 }, (_, i) => towards(i));
  const places = vectors.map((_, i) => ({ x: i, y: -i }));

  it("is the middle of the sequences around a direction, which weigh by how much nearer they are than the sixteenth", () => {
    const { x, y } = placeAmong(towards(20), vectors, places);
    assert.ok(Math.abs(x - 20) < 1e-6 && Math.abs(y + 20) < 1e-6);
    // Three sequences 0, 10 and 30 degrees away: weights 30, 20 and 0.
    const of = [[1, 0], towards(10), towards(-30)];
    const found = placeAmong([1, 0], of, [{ x: 0, y: 5 }, { x: 1, y: 5 }, { x: 9, y: 9 }]);
    assert.ok(Math.abs(found.x - .4) < 1e-9 && Math.abs(found.y - 5) < 1e-9);
  });

  it("moves a little where the direction turns a little, and the same way", () => {
    fc.assert(fc.property(fc.double({ min: 9, max: 30, noNaN: true }), (at) => {
      const [first, second] = [at, at + .1].map((degrees) => placeAmong(towards(degrees), vectors, places));
      assert.ok(second!.x >= first!.x && second!.x - first!.x < .3, `${first!.x} to ${second!.x}`);
    }));
  });

  it("counts sequences alike that are equally near, and stands on the only one there is", () => {
    assert.deepEqual(placeAmong([1, 0], [[0, 1], [0, -1]], [{ x: 1, y: 2 }, { x: 3, y: 4 }]), { x: 2, y: 3 });
    assert.deepEqual(placeAmong([1, 0], [[0, 1]], [{ x: 1, y: 2 }]), { x: 1, y: 2 });
  });

  it("refuses a map without sequences", () => {
    assert.throws(() => placeAmong([1, 0], [], []), { name: "RangeError", message: /no sequences are on it/ });
  });
});
