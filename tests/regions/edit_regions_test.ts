import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { stream } from "../../src/engine/random.ts";
import {
  belongingByDecision,
  belongingByProbability,
  buildRegions,
  decideAll,
  EDIT_DEFAULTS,
  type EditOptions,
  editOptions,
  editRegions,
  inMemory,
  POSTERIOR_GATE,
  routeAll,
  sphericalKMeans,
  type UnitVectors,
  unitVectors,
} from "../../src/regions/mod.ts";
import type { RegionsSpec } from "../../src/spec/types.ts";
import { axis, clouds, directions, listed, permuted } from "./draws.ts";

const WIDTH = 6;
const centres = [0, 1, 2].map((index) => axis(WIDTH, index));
const setup = clouds(1, centres, 60, 0.15);
const regions = await buildRegions(setup, await sphericalKMeans(setup, 3, { seeds: centres.flat() }));
const options = (change: Partial<EditOptions> = {}): EditOptions => ({
  ...EDIT_DEFAULTS,
  poolMin: 20,
  stream: stream(1, "edit"),
  ...change,
});
const joined = (...parts: UnitVectors[]) => unitVectors(parts.flatMap(({ values }) => [...values]), WIDTH);
const familiar = clouds(2, centres, 20, 0.15);
const emerging = clouds(3, [axis(WIDTH, 4)], 60, 0.15);

describe("editRegions()", () => {
  it("adds x to the sums of an Update and a quarter of it for an Expand", async () => {
    const { decisions, regions: after, counts } = await editRegions(regions, familiar, options({ add: false }));
    const expected = regions.counts.slice();
    const sums = regions.sums.slice();
    listed(decisions).forEach(({ action, first }, row) => {
      if (action === "add") return;
      const weight = action === "update" ? 1 : 0.25;
      expected[first]! += weight;
      for (let j = 0; j < WIDTH; j++) sums[first * WIDTH + j]! += weight * familiar.values[row * WIDTH + j]!;
    });
    assert.ok(counts.update > 0 && counts.expand > 0, "the slice has both");
    assert.deepEqual([...after.counts], [...expected]);
    after.sums.forEach((value, i) => assert.ok(Math.abs(value - sums[i]!) < 1e-12));
  });

  it("grows a radius to cover the furthest Expand under the confidence gate, never under the posterior gate", async () => {
    const { decisions, regions: after } = await editRegions(regions, familiar, options());
    const reach = regions.radii.slice();
    for (const { action, first, angle } of listed(decisions)) {
      if (action === "expand") reach[first] = Math.max(reach[first]!, angle);
    }
    assert.deepEqual([...after.radii], [...reach]);
    assert.ok(reach.some((radius, k) => radius > regions.radii[k]!));
    // No margin is ever 2, so all that is sure enough is an Expand.
    const gate = { ...POSTERIOR_GATE, deltaMin: 2 };
    const other = await editRegions(regions, familiar, options({ gate, add: false }));
    assert.ok(other.counts.expand > 0);
    assert.deepEqual([...other.regions.radii], [...regions.radii]);
  });

  it("decides against the regions as they were, so the order of sequences changes nothing", async () => {
    const slice = joined(familiar, directions(4, 15, WIDTH));
    const order = Int32Array.from({ length: slice.count }, (_, row) => row);
    stream(5, "order").shuffle(order);
    const one = await editRegions(regions, slice, options({ poolMin: 1000 }));
    const other = await editRegions(regions, permuted(slice, order), options({ poolMin: 1000 }));
    assert.deepEqual(one.counts, other.counts);
    assert.deepEqual([...other.membership], Array.from(order, (row) => one.membership[row]!));
    one.regions.centres.forEach((value, i) => assert.ok(Math.abs(value - other.regions.centres[i]!) < 1e-12));
    assert.deepEqual(one.decisions, await decideAll(EDIT_DEFAULTS.gate, regions, slice));
  });

  it("makes a region of a pool that raises the BIC, with its nearest region as parent", async () => {
    const slice = joined(familiar, clouds(3, [[0, 0.3, 0, 0, 1, 0]], 60, 0.1));
    const { regions: after, counts, parents, isNew, successor, membership, log } = await editRegions(
      regions,
      slice,
      options(),
    );
    assert.equal(counts.accepted, 1);
    assert.equal(counts.refused, 0);
    assert.equal(counts.fellBack, 0);
    assert.deepEqual(after.names, ["R1", "R2", "R3", "R4"]);
    assert.deepEqual([...parents], [0, 1, 2, 1]);
    assert.deepEqual([...isNew], [0, 0, 0, 1]);
    assert.deepEqual([...successor], [0, 1, 2]);
    assert.ok(membership.subarray(60).every((region) => region === 3), "the emerging sequences belong to it");
    assert.ok(Math.abs([...after.pi].reduce((a, b) => a + b) - 1) < 1e-12);
    const judged = log.find((event) => event.kind === "pool judged");
    assert.ok(judged?.kind === "pool judged" && Math.max(...judged.bicProposed) > judged.bicBefore);
    assert.deepEqual(judged.added, ["R4"]);
  });

  it("leaves a pool that is too small to its nearest regions, and their statistics alone", async () => {
    const before = await editRegions(regions, emerging, options({ poolMin: 1000 }));
    assert.equal(before.counts.fellBack, before.counts.add);
    assert.ok(before.counts.add > 50);
    assert.equal(before.counts.refused, 0);
    assert.equal(before.regions.count, 3);
    assert.deepEqual(before.log.map(({ kind }) => kind), ["pool too small"]);
    const without = await editRegions(regions, emerging, options({ add: false }));
    assert.deepEqual(before.regions, without.regions);
  });

  it("refuses a pool that does not raise the BIC", async () => {
    // A tight temperature sends sequences of the regions themselves to the pool.
    const gate = {
      ...EDIT_DEFAULTS.gate,
      kind: "confidence",
      temperature: 0.05,
      tHigh: 1.1,
      tLow: 1.1,
      gamma: 0,
    } as const;
    const { counts, regions: after } = await editRegions(regions, familiar, options({ gate }));
    assert.deepEqual([counts.add, counts.accepted, counts.refused, counts.fellBack], [60, 0, 1, 60]);
    assert.equal(after, regions);
  });

  it("routes a sequence whose operation is off and does nothing else with it", async () => {
    const slice = joined(familiar, emerging);
    const off = await editRegions(regions, slice, options({ update: false, expand: false, add: false }));
    assert.equal(off.regions, regions);
    assert.equal(off.counts.withheld, slice.count);
    assert.deepEqual([...off.membership], [...await routeAll(regions, slice)]);
    const all = await editRegions(regions, slice, options());
    for (const action of ["update", "expand", "add"] as const) {
      const { counts, decisions, log } = await editRegions(regions, slice, options({ [action]: false }));
      assert.equal(counts[action], 0);
      assert.equal(counts.withheld, all.counts[action]);
      assert.deepEqual(decisions, all.decisions, "the gate knows nothing of switches");
      assert.deepEqual(log[0], { kind: "withheld", action, size: all.counts[action] });
    }
    const withheld = off.log.map((event) => event.kind === "withheld" ? [event.action, event.size] : []);
    assert.deepEqual(withheld, (["update", "expand", "add"] as const).map((action) => [action, all.counts[action]]));
  });

  it("without Update statistics move by Expand alone", async () => {
    const all = await editRegions(regions, familiar, options({ add: false }));
    const { regions: after } = await editRegions(regions, familiar, options({ add: false, update: false }));
    const expands = [0, 1, 2].map((k) =>
      listed(all.decisions).filter(({ action, first }) => action === "expand" && first === k).length
    );
    assert.deepEqual([...after.counts], expands.map((times, k) => regions.counts[k]! + 0.25 * times));
    assert.deepEqual([...after.radii], [...all.regions.radii]);
  });

  it("without Expand radii stay, and statistics move by Update alone", async () => {
    const all = await editRegions(regions, familiar, options({ add: false }));
    const { regions: after } = await editRegions(regions, familiar, options({ add: false, expand: false }));
    const updates = [0, 1, 2].map((k) =>
      listed(all.decisions).filter(({ action, first }) => action === "update" && first === k).length
    );
    assert.deepEqual([...after.counts], updates.map((times, k) => regions.counts[k]! + times));
    assert.deepEqual([...after.radii], [...regions.radii]);
    assert.notDeepEqual([...all.regions.radii], [...regions.radii]);
  });

  it("without Add a pool that would make a region makes none, as if it were too small", async () => {
    const slice = joined(familiar, emerging);
    assert.equal((await editRegions(regions, slice, options())).regions.count, 4);
    const { regions: after, membership, counts } = await editRegions(regions, slice, options({ add: false }));
    const small = await editRegions(regions, slice, options({ poolMin: 1000 }));
    assert.deepEqual(after, small.regions);
    assert.deepEqual(membership, small.membership);
    assert.equal(counts.withheld, small.counts.fellBack);
  });

  it("without any operation only merging, if it is on, changes regions", async () => {
    const off = { update: false, expand: false, add: false };
    const { regions: after, counts } = await editRegions(regions, familiar, options({ ...off, mergeAngle: 4 }));
    assert.deepEqual([after.count, counts.merged, counts.withheld], [1, 2, familiar.count]);
    assert.equal(after.counts[0], regions.counts.reduce((a, b) => a + b));
  });

  it("merges after adding and says which region took which", async () => {
    const { regions: after, counts, successor, parents, log } = await editRegions(
      regions,
      familiar,
      options({ mergeAngle: 4 }),
    );
    assert.equal(after.count, 1);
    assert.equal(counts.merged, 2);
    assert.deepEqual([...successor], [0, 0, 0]);
    assert.equal(parents.length, 1);
    assert.equal(log.filter(({ kind }) => kind === "merged").length, 2);
  });

  it("says that Expand cannot fire under the authors' constants", async () => {
    const { log, counts } = await editRegions(regions, familiar, options({ gate: POSTERIOR_GATE }));
    assert.deepEqual(log[0], { kind: "note", text: "posterior gate: Expand cannot fire with these constants" });
    assert.equal(counts.expand, 0);
  });

  it("leaves the regions alone for an empty slice", async () => {
    const edit = await editRegions(regions, inMemory(new Float32Array(0), WIDTH), options());
    assert.equal(edit.regions, regions);
    assert.equal(edit.membership.length, 0);
  });

  it("accounts for every sequence, with one region as with many", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 5 }), fc.boolean(), async (seed, k, authors) => {
        const vectors = directions(seed, 60, WIDTH);
        const some = await sphericalKMeans(vectors, k, {
          restarts: 1,
          iterations: 50,
          stream: stream(seed, "k-means"),
        });
        const before = await buildRegions(vectors, some);
        const slice = directions(seed + 1, 50, WIDTH);
        const gate = authors ? POSTERIOR_GATE : EDIT_DEFAULTS.gate;
        const { counts, regions: after, membership } = await editRegions(
          before,
          slice,
          options({ gate, mergeAngle: 0.3 }),
        );
        assert.equal(counts.update + counts.expand + counts.add + counts.withheld, 50);
        assert.equal(after.count, k + counts.accepted - counts.merged);
        assert.ok(membership.every((region) => region >= 0 && region < after.count));
        assert.equal(new Set(after.names).size, after.count);
        assert.ok(after.centres.every(Number.isFinite) && after.kappa.every((kappa) => kappa >= 1));
      }),
      { numRuns: 40 },
    );
  });
});

describe("belonging", () => {
  it("by decision: the second candidate is never the sequence's own region, and its share is p2 / (p1 + p2)", async () => {
    const slice = joined(familiar, directions(6, 30, WIDTH));
    const edit = await editRegions(regions, slice, options({ poolMin: 1000 }));
    const { route, first, second, p1, p2, expanded } = belongingByDecision(edit, { expand: true });
    assert.equal(expanded.reduce((a, b) => a + b, 0), edit.counts.expand);
    listed(edit.decisions).forEach((decision, row) => {
      assert.notEqual(second[row], route[row]);
      const turned = second[row] === decision.first;
      assert.deepEqual(
        [first[row], p1[row], p2[row]],
        turned ? [decision.second, decision.p2, decision.p1] : [decision.first, decision.p1, decision.p2],
      );
    });
    assert.ok(belongingByDecision(edit, { expand: false }).expanded.every((flag) => flag === 0));
  });

  it("by decision: merged candidates are one", async () => {
    const edit = await editRegions(regions, familiar, options({ mergeAngle: 4 }));
    const { second, p2 } = belongingByDecision(edit, { expand: true });
    assert.ok(second.every((region) => region === -1) && p2.every((p) => p === 0));
  });

  it("by probability: the two best of the regions after editing", async () => {
    const edit = await editRegions(regions, familiar, options());
    const route = edit.membership;
    const { first, second, p1, p2 } = await belongingByProbability(edit.regions, familiar, route, {
      gate: POSTERIOR_GATE,
    });
    const expected = await decideAll(POSTERIOR_GATE, edit.regions, familiar);
    listed(expected).forEach((decision, row) =>
      assert.deepEqual([first[row], second[row], p1[row], p2[row]], [
        decision.first,
        decision.second,
        decision.p1,
        decision.p2,
      ])
    );
    assert.deepEqual([...first], [...route], "the posterior gate's first is the route");
  });
});

describe("editOptions()", () => {
  it("turns the spec's degrees into radians and forgets the angle when merging is off", () => {
    const spec = { merge: true, mergeAngle: 12, update: true } as RegionsSpec;
    assert.equal(editOptions(spec, stream(1, "x")).mergeAngle, Math.PI / 15);
    assert.equal(editOptions({ ...spec, merge: false }, stream(1, "x")).mergeAngle, undefined);
  });
});
