import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { stream } from "../../src/engine/random.ts";
import { buildRegions, randomCentres, sphericalKMeans, type UnitVectors, unitVectors } from "../../src/regions/mod.ts";
import { axis, clouds, directions } from "./draws.ts";

const drawn = (vectors: UnitVectors, k: number, seed = 1) => randomCentres(vectors, k, stream(seed, "random"));
const row = (values: Float32Array | Float64Array, at: number, width: number) => [
  ...values.subarray(at * width, (at + 1) * width),
];
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);

describe("randomCentres()", () => {
  it("takes vectors as they are for centres, each a different one, and labels every vector with the nearest", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 12 }), async (seed, k) => {
        const vectors = directions(seed, 40, 4);
        const { count, width, centres, labels } = await drawn(vectors, k, seed);
        assert.deepEqual([count, width, labels.length], [k, 4, 40]);
        const all = Array.from({ length: 40 }, (_, at) => row(vectors.values, at, 4));
        const chosen = Array.from({ length: k }, (_, at) => row(centres, at, 4));
        const rows = chosen.map((centre) => all.findIndex((vector) => vector.every((value, j) => value === centre[j])));
        assert.ok(rows.every((at) => at >= 0));
        assert.equal(new Set(rows).size, k);
        all.forEach((vector, at) => {
          const cosines = chosen.map((centre) => dot(vector, centre));
          assert.equal(labels[at], cosines.indexOf(Math.max(...cosines)));
        });
      }),
      { numRuns: 40 },
    );
  });

  it("draws any vector with the same probability, whatever group it stands in", async () => {
    // 30 vectors of one direction's group, 10 of the other's: k-means++ would take its second centre from the other group.
    const vectors = clouds(1, [axis(4, 0), axis(4, 0), axis(4, 0), axis(4, 1)], 10, 0.05);
    let sameGroup = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { centres } = await drawn(vectors, 2, seed);
      if (dot(row(centres, 0, 4), row(centres, 1, 4)) > 0.5) sameGroup++;
    }
    // Two of 40 without replacement: (30 * 29 + 10 * 9) / (40 * 39) = .615, a standard error of .024.
    assert.ok(Math.abs(sameGroup / 400 - 0.615) < 0.1, `${sameGroup / 400}`);
  });

  it("is another division than that of k-means, and no better one", async () => {
    const vectors = clouds(2, [axis(6, 0), axis(6, 1), axis(6, 2)], 40, 0.3);
    const best = await sphericalKMeans(vectors, 3, { restarts: 5, iterations: 50, stream: stream(1, "k-means") });
    const { centres, labels } = await drawn(vectors, 3);
    const fit = Array.from(labels, (label, at) => dot(row(vectors.values, at, 6), row(centres, label, 6)));
    assert.ok(fit.reduce((a, b) => a + b) < best.objective);
    assert.notDeepEqual([...centres], [...best.centres]);
  });

  it("gives the same centres for the same stream and others for another", async () => {
    const vectors = directions(3, 50, 5);
    assert.deepEqual(await drawn(vectors, 4), await drawn(vectors, 4));
    assert.notDeepEqual([...(await drawn(vectors, 4)).centres], [...(await drawn(vectors, 4, 2)).centres]);
  });

  it("takes no vector twice while others remain, and leaves no region without a member", async () => {
    const same = unitVectors(Array.from({ length: 30 }, () => [0.6, 0.8]).flat().concat([1, 0]), 2);
    for (let seed = 0; seed < 20; seed++) {
      const { centres } = await drawn(same, 2, seed);
      assert.ok(Math.abs(dot(row(centres, 0, 2), row(centres, 1, 2)) - 0.6) < 1e-6, "the one that differs is a centre");
    }
    // Three regions of two different vectors.
    const { labels } = await drawn(same, 3);
    assert.equal(new Set(labels).size, 3);
    assert.equal((await buildRegions(same, await drawn(same, 3))).count, 3);
  });

  it("refuses more centres than vectors, and none", async () => {
    const vectors = directions(1, 3, 4);
    await assert.rejects(() => drawn(vectors, 4), { name: "RangeError", message: /form 4 clusters of 3 vectors/ });
    await assert.rejects(() => drawn(vectors, 0), { name: "RangeError", message: /form 0 clusters/ });
  });
});
