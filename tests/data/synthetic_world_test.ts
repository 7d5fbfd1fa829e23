/** The latent world: what `overlap`, `rules`, `turning` and `together` do to it. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { syntheticWorld } from "../../src/data/synthetic_world.ts";
import type { SyntheticSpec } from "../../src/spec/types.ts";

const spec: SyntheticSpec = {
  users: 10,
  items: 12,
  regions: 3,
  interactionsPerUser: 10,
  drift: 0,
  switching: 0,
  emerging: 0,
  merging: 0,
  popularity: 0.8,
  seed: 1,
};

const VECTORS = [[1, 0, 0, 0, 0, 0, 0, 0], [0, 3, 0, -4, 0, 0, 0, 0], [1, 1, 1, 1, -1, -1, 2, 0.5]]
  .map((vector) => Float64Array.from(vector));
const REGIONS = [0, 1, 2];

const length = (x: Float64Array) => Math.hypot(...x);
function angle(x: Float64Array, y: Float64Array): number {
  const cosine = x.reduce((sum, value, index) => sum + value * y[index]!, 0) / length(x) / length(y);
  return Math.acos(Math.min(1, Math.max(-1, cosine)));
}
function near(found: number, wanted: number, what: string) {
  // An arc cosine near 1 loses half of the digits.
  assert(Math.abs(found - wanted) < 1e-7, `${what}: found ${found}, wanted ${wanted}`);
}

describe("syntheticWorld()", () => {
  it("leads from item to item by rules that keep lengths and angles, one for each region or one for all", () => {
    for (const rules of ["own", "shared"] as const) {
      const { turn } = syntheticWorld({ ...spec, rules });
      for (const region of REGIONS) {
        const images = VECTORS.map((vector) => turn(region, vector, 0));
        images.forEach((image, index) => near(length(image), length(VECTORS[index]!), "length"));
        near(angle(images[0]!, images[2]!), angle(VECTORS[0]!, VECTORS[2]!), "angle");
        const same = angle(images[2]!, turn(0, VECTORS[2]!, 0)) < 1e-6;
        assert.equal(same, rules === "shared" || region === 0);
      }
    }
  });

  it("turns every image of a rule by the angle asked for, at half of the time and not before", () => {
    for (const turning of [0, 0.3, 1, Math.PI / 2]) {
      const { turn } = syntheticWorld({ ...spec, turning });
      for (const region of REGIONS) {
        for (const vector of VECTORS) {
          const first = turn(region, vector, 0);
          assert.deepEqual(turn(region, vector, 0.499), first);
          const after = turn(region, vector, 0.5);
          near(angle(first, after), turning, "angle");
          near(length(after), length(vector), "length");
          assert.deepEqual(turn(region, vector, 1), after);
        }
      }
    }
  });

  it("turns regions apart, or all together", () => {
    const shared: SyntheticSpec = { ...spec, rules: "shared", turning: 1 };
    const apart = syntheticWorld(shared);
    const together = syntheticWorld({ ...shared, together: true });
    for (const vector of VECTORS) {
      near(angle(together.turn(0, vector, 1), together.turn(1, vector, 1)), 0, "together");
      const between = angle(apart.turn(0, vector, 1), apart.turn(1, vector, 1));
      // Two images, each an angle of 1 from where both were, are at most 2 from each other.
      assert(between > 0.3 && between <= 2, `apart: ${between}`);
      near(angle(apart.turn(0, vector, 0.4), apart.turn(1, vector, 0.4)), 0, "before");
    }
  });

  it("moves centres towards one point as overlap rises, until they are one", () => {
    const between = (overlap: number) => {
      const { centre } = syntheticWorld({ ...spec, overlap });
      for (const region of REGIONS) near(length(centre(region, 0)), 1, "length");
      return angle(centre(0, 0), centre(1, 0));
    };
    const angles = [0.2, 0.5, 0.8].map(between);
    assert(angles[0]! > angles[1]! && angles[1]! > angles[2]! && angles[2]! > 0, `${angles}`);
    near(between(1), 0, "one point");
  });

  it("is the same world at the defaults of what it may be told", () => {
    const plain = syntheticWorld({ ...spec, drift: 0.7 });
    const told = syntheticWorld({ ...spec, drift: 0.7, overlap: 0, rules: "own", turning: 0, together: true });
    assert.deepEqual(told.items, plain.items);
    for (const region of REGIONS) {
      assert.deepEqual(told.centre(region, 0.6), plain.centre(region, 0.6));
      assert.deepEqual(told.turn(region, VECTORS[2]!, 0.6), plain.turn(region, VECTORS[2]!, 0.6));
    }
  });
});
