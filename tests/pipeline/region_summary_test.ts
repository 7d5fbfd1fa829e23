import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { windowsOf } from "../../src/data/window_rows.ts";
import type { RegionTrace } from "../../src/methods/types.ts";
import type { SeedContext } from "../../src/pipeline/context.ts";
import type { Prepared } from "../../src/pipeline/prepare.ts";
import { summariseRegions } from "../../src/pipeline/region_summary.ts";
import { type Regions, routeAll, unitVectors } from "../../src/regions/mod.ts";

/** Directions in the plane, degrees. */
const towards = (degrees: readonly number[]) =>
  degrees.flatMap((angle) => [Math.cos(angle * Math.PI / 180), Math.sin(angle * Math.PI / 180)]);

/** Regions of equal share and concentration around these directions. */
const regions = (names: readonly string[], centres: readonly number[]): Regions => {
  const each = (value: number) => new Float64Array(names.length).fill(value);
  return {
    count: names.length,
    width: 2,
    names,
    centres: Float64Array.from(towards(centres)),
    priorCentres: Float64Array.from(towards(centres)),
    radii: each(.2),
    deviations: each(.1),
    sums: Float64Array.from(towards(centres)),
    counts: each(10),
    kappa: each(20),
    pi: each(1 / names.length),
    priorStrength: 1,
    emaRate: 1,
  };
};

describe("summariseRegions()", () => {
  // Sixteen sequences around 0 degrees and as many around 120, on S and again on T.
  const angles = Array.from({ length: 32 }, (_, i) => (i < 16 ? 0 : 120) + (i % 16) - 7.5);
  const vectors = unitVectors(Float32Array.from(towards(angles)), 2);
  const windows = windowsOf({
    context: 1,
    users: Int32Array.from(angles, (_, i) => i),
    items: new Int32Array(64),
    times: Float64Array.from(angles.flatMap((_, i) => [i, i + 1])),
  });
  const [before, after] = [regions(["R1", "R2"], [0, 120]), regions(["R1", "R2", "R3"], [2, 120, 240])];
  const trace: RegionTrace = {
    before,
    after,
    edits: [],
    notes: [],
    route: () => routeAll(after, vectors),
  };
  const prepared = { evaluated: [{ name: "S", windows }, { name: "T", windows }] } as unknown as Prepared;
  const context = { seed: 1, represent: () => Promise.resolve(vectors) } as unknown as SeedContext;

  it("keeps the region of each sequence before editing, and a place for every centre before and after", async () => {
    const { regions: { map, after: now } } = await summariseRegions(trace, prepared, context);
    assert.deepEqual(map.before, [...new Array(16).fill(0), ...new Array(16).fill(1)].concat(map.before!.slice(32)));
    assert.deepEqual(map.before!.slice(32), map.before!.slice(0, 32));
    assert.deepEqual([map.centres!.before.length, map.centres!.after.length], [2, 3]);
    assert.deepEqual(now.map(({ moved }) => Math.round(moved * 180 / Math.PI)), [2, 0, 0]);
  });

  it("places a centre within the sequences that it is nearest to", async () => {
    const { regions: { map } } = await summariseRegions(trace, prepared, context);
    map.centres!.before.forEach(({ x, y }, region) => {
      const own = map.x.flatMap((x, i) => map.before![i] === region ? [{ x, y: map.y[i]! }] : []);
      const [xs, ys] = [own.map(({ x }) => x), own.map(({ y }) => y)];
      assert.ok(x >= Math.min(...xs) && x <= Math.max(...xs) && y >= Math.min(...ys) && y <= Math.max(...ys));
    });
    // R2 stayed where it was.
    assert.deepEqual(map.centres!.after[1], map.centres!.before[1]);
    assert.notDeepEqual(map.centres!.after[0], map.centres!.before[0]);
  });
});
