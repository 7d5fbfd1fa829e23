import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  buildRegions,
  CONFIDENCE_GATE,
  confidenceGate,
  decideAll,
  expandCanFire,
  POSTERIOR_GATE,
  posteriorGate,
  posteriorThreshold,
  type Regions,
  unitVectors,
} from "../../src/regions/mod.ts";
import { axis, directions, listed } from "./draws.ts";

/** Regions in the plane with the centres, radii, kappa and shares given. */
async function plane(centres: number[][], radii: number[], kappa: number[], pi: number[]): Promise<Regions> {
  const count = centres.length;
  const unit = unitVectors(centres.flat(), 2);
  const regions = await buildRegions(unit, {
    count,
    width: 2,
    centres: Float64Array.from(unit.values),
    labels: Int32Array.from(centres, (_, k) => k),
  });
  return { ...regions, radii: Float64Array.from(radii), kappa: Float64Array.from(kappa), pi: Float64Array.from(pi) };
}

const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

const opposite = await plane([[1, 0], [-1, 0]], [0.4, 0.4], [5, 5], [0.5, 0.5]);

describe("confidenceGate()", () => {
  const regions = opposite;

  it("updates inside the radius, expands up to (1 + gamma) times it, adds beyond", () => {
    const actions = [0.39, 0.41, 0.59, 0.61].map((angle) => confidenceGate(regions, at(angle)).action);
    assert.deepEqual(actions, ["update", "expand", "expand", "add"]);
  });

  it("adds what lies between two regions, and only expands what is less sure than tHigh", async () => {
    const wide = await plane([[1, 0], [0, 1]], [2, 2], [5, 5], [0.5, 0.5]);
    // p1 = sigmoid((cos a - sin a) / .05): .5 at 45 degrees, .9 where cos a - sin a = .05 ln 9 = .1099.
    const sure = (p: number) => Math.acos(0.05 * Math.log(p / (1 - p)) / Math.SQRT2) - Math.PI / 4;
    assert.equal(confidenceGate(wide, at(Math.PI / 4)).action, "add");
    assert.equal(confidenceGate(wide, at(sure(0.69))).action, "add");
    assert.equal(confidenceGate(wide, at(sure(0.71))).action, "expand");
    assert.equal(confidenceGate(wide, at(sure(0.89))).action, "expand");
    assert.equal(confidenceGate(wide, at(sure(0.91))).action, "update");
    const { p1, p2, first, second } = confidenceGate(wide, at(sure(0.8)));
    assert.ok(Math.abs(p1 - 0.8) < 1e-5 && Math.abs(p2 - 0.2) < 1e-5);
    assert.deepEqual([first, second], [0, 1]);
  });

  it("takes every constant as a parameter", () => {
    const strict = { ...CONFIDENCE_GATE, gamma: 0 };
    assert.equal(confidenceGate(regions, at(0.41), strict).action, "add");
    const warm = { ...CONFIDENCE_GATE, temperature: 10 };
    assert.equal(confidenceGate(regions, at(0), warm).action, "add");
  });

  it("has no runner-up with one region, and judges by the radius alone", async () => {
    const one = await plane([[1, 0]], [0.4], [5], [1]);
    const decision = confidenceGate(one, at(0.2));
    assert.deepEqual([decision.action, decision.first, decision.second, decision.p1, decision.p2], [
      "update",
      0,
      -1,
      1,
      0,
    ]);
    assert.equal(confidenceGate(one, at(0.5)).action, "expand");
    assert.equal(confidenceGate(one, at(2)).action, "add");
  });
});

describe("posteriorGate()", () => {
  it("updates what is as sure as the threshold of its concentration, adds the rest", async () => {
    const regions = await plane([[1, 0], [-1, 0]], [0.4, 0.4], [5, 5], [0.5, 0.5]);
    assert.ok(Math.abs(posteriorThreshold(POSTERIOR_GATE, Math.E ** 5) - 1 / (1 + Math.exp(-1))) < 1e-12);
    assert.equal(posteriorGate(regions, at(0.3)).action, "update");
    // At right angles to both centres neither is more probable.
    assert.equal(posteriorGate(regions, at(Math.PI / 2)).action, "add");
  });

  it("updates whatever is routed to the only region there is", async () => {
    const one = await plane([[1, 0]], [0.4], [5], [1]);
    const decision = posteriorGate(one, at(3));
    assert.deepEqual([decision.action, decision.second, decision.p1, decision.p2], ["update", -1, 1, 0]);
  });

  it("adds a foreign sequence that is also unsure", async () => {
    // Both regions lie behind x; p1 = sigmoid(beta * difference) is .5, and .7 tau > .43.
    const regions = await plane([[-1, 0.2], [-1, -0.2]], [0.4, 0.4], [5, 5], [0.5, 0.5]);
    const gate = { ...POSTERIOR_GATE, a0: -10, foreignShare: 20_000 };
    assert.equal(posteriorGate(regions, at(0), gate).action, "add");
    // The threshold alone is far below p1: without the foreign rule it is no Add.
    assert.equal(posteriorGate(regions, at(0), { ...gate, lambdaNew: -100 }).action, "expand");
  });

  it("cannot expand with the authors' constants, whatever the concentrations and shares", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.double({ min: 0, max: Math.log(1e6), noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        async (seed, count, logKappa, beta) => {
          const centres = directions(seed, count, 2);
          const weights = Float64Array.from({ length: count }, (_, k) => 1 + Math.abs(Math.sin(seed + k)));
          const total = weights.reduce((a, b) => a + b);
          const rows = Array.from({ length: count }, (_, k) => [...centres.values.subarray(2 * k, 2 * k + 2)]);
          const kappa = logKappa.slice(0, count).map(Math.exp);
          const regions = await plane(rows, kappa, kappa, [...weights.map((weight) => weight / total)]);
          const gate = { ...POSTERIOR_GATE, beta };
          assert.ok(!expandCanFire(gate, regions));
          const decisions = await decideAll(gate, regions, directions(seed + 1, 40, 2));
          assert.ok(listed(decisions).every(({ action }) => action !== "expand"));
        },
      ),
      { numRuns: 100 },
    );
    // The bound behind it: tau > .62 for every kappa from 1, so p1 - p2 >= 2 tau - 1 > .24.
    for (let log = 0; log <= Math.log(1e6); log += 0.01) {
      assert.ok(posteriorThreshold(POSTERIOR_GATE, Math.exp(log)) > 0.62);
    }
  });

  it("can expand where the margin asked for is wider than the threshold implies", async () => {
    const regions = await plane([[1, 0], [0, 1]], [0.4, 0.4], [5, 5], [0.5, 0.5]);
    const gate = { ...POSTERIOR_GATE, deltaMin: 0.5 };
    assert.ok(expandCanFire(gate, regions));
    // p1 = .72 lies between tau = .66 and the .75 that p1 - p2 >= .5 needs.
    const angle = Math.acos(Math.log(0.72 / 0.28) / (8 * 5 * Math.SQRT2)) - Math.PI / 4;
    assert.equal(posteriorGate(regions, at(angle), gate).action, "expand");
  });
});

describe("decideAll()", () => {
  it("refuses vectors of another width", async () => {
    const regions = await plane([[1, 0]], [0.4], [5], [1]);
    await assert.rejects(() => decideAll(CONFIDENCE_GATE, regions, unitVectors(axis(3, 0), 3)), {
      name: "RangeError",
      message: /width 3/,
    });
  });
});
