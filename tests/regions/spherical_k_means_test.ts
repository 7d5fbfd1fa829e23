import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { stream } from "../../src/engine/random.ts";
import { sphericalKMeans, unitVectors } from "../../src/regions/mod.ts";
import { seedCentres } from "../../src/regions/seeding.ts";
import { axis, clouds, directions } from "./draws.ts";

const random = (seed: number) => ({ restarts: 3, iterations: 100, stream: stream(seed, "k-means") });

describe("sphericalKMeans()", () => {
  it("labels every vector with a centre of highest cosine, leaves none empty, and centres are mean directions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 2, max: 9 }),
        async (seed, k, width) => {
          const vectors = directions(seed, 60, width);
          const { centres, labels, objective, converged } = await sphericalKMeans(vectors, k, random(seed));
          const dot = (row: number, centre: number) => {
            let sum = 0;
            for (let j = 0; j < width; j++) sum += vectors.values[row * width + j]! * centres[centre * width + j]!;
            return sum;
          };
          assert.ok(converged);
          let total = 0;
          const sums = new Float64Array(k * width);
          labels.forEach((label, row) => {
            const cosines = Array.from({ length: k }, (_, centre) => dot(row, centre));
            assert.ok(cosines[label]! >= Math.max(...cosines) - 1e-9);
            total += cosines[label]!;
            for (let j = 0; j < width; j++) sums[label * width + j]! += vectors.values[row * width + j]!;
          });
          assert.ok(Math.abs(total - objective) < 1e-6, "the objective is the sum of cosines");
          for (let centre = 0; centre < k; centre++) {
            assert.ok(labels.includes(centre), `cluster ${centre} is empty`);
            const sum = sums.subarray(centre * width, (centre + 1) * width);
            const length = Math.hypot(...sum);
            sum.forEach((value, j) => assert.ok(Math.abs(value / length - centres[centre * width + j]!) < 1e-9));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the same result for the same stream, bit for bit", async () => {
    const vectors = directions(3, 200, 8);
    assert.deepEqual(await sphericalKMeans(vectors, 5, random(1)), await sphericalKMeans(vectors, 5, random(1)));
  });

  it("finds well separated clouds whatever the seed", async () => {
    const centres = [0, 1, 2, 3].map((index) => axis(16, index));
    const vectors = clouds(1, centres, 50, 0.05);
    for (let seed = 0; seed < 10; seed++) {
      const { labels } = await sphericalKMeans(vectors, 4, random(seed));
      const found = centres.map((_, cloud) => new Set(labels.subarray(cloud * 50, (cloud + 1) * 50)));
      assert.ok(found.every((cloud) => cloud.size === 1));
      assert.equal(new Set(found.map((cloud) => [...cloud][0])).size, 4);
    }
  });

  it("keeps the restart of highest objective", async () => {
    const vectors = directions(9, 120, 6);
    const one = await sphericalKMeans(vectors, 6, { restarts: 1, iterations: 100, stream: stream(4, "k-means") });
    const many = await sphericalKMeans(vectors, 6, { restarts: 12, iterations: 100, stream: stream(4, "k-means") });
    assert.ok(many.objective >= one.objective);
  });

  it("keeps the earliest of restarts that find the same clusters, however their sums are rounded", async () => {
    const vectors = clouds(1, [0, 1, 2, 3].map((index) => axis(16, index)), 50, 0.05);
    for (let seed = 0; seed < 20; seed++) {
      const labels = async (restarts: number) =>
        (await sphericalKMeans(vectors, 4, { restarts, iterations: 100, stream: stream(seed, "k-means") })).labels;
      assert.deepEqual(await labels(8), await labels(1));
    }
  });

  it("gives an empty cluster the vector furthest from its centre", async () => {
    // Both seeds point at the cloud around the first axis; the second wins no vector.
    const vectors = unitVectors([1, 0, 1, 0.1, 1, -0.1, 0.2, 1], 2);
    const { labels } = await sphericalKMeans(vectors, 2, { seeds: [1, 0, -1, 0] });
    assert.deepEqual([...labels], [0, 0, 0, 1]);
  });

  it("leaves no cluster empty when vectors repeat", async () => {
    const vectors = unitVectors([1, 0, 1, 0, 1, 0, 0, 1], 2);
    const { labels } = await sphericalKMeans(vectors, 3, random(0));
    assert.deepEqual([...new Set(labels)].sort(), [0, 1, 2]);
  });

  it("leaves no cluster empty when it is stopped early", async () => {
    const vectors = unitVectors([1, 0, 1, 0.1, 1, -0.1, 0.2, 1], 2);
    const { labels, converged } = await sphericalKMeans(vectors, 2, { seeds: [1, 0, -1, 0], iterations: 0 });
    assert.ok(!converged);
    assert.deepEqual([...new Set(labels)].sort(), [0, 1]);
  });

  it("refuses more clusters than vectors, and seeds of another size", async () => {
    const vectors = unitVectors([1, 0, 0, 1], 2);
    await assert.rejects(() => sphericalKMeans(vectors, 3, random(0)), {
      name: "RangeError",
      message: /3 clusters of 2 vectors/,
    });
    await assert.rejects(() => sphericalKMeans(vectors, 2, { seeds: [1, 0] }), {
      name: "RangeError",
      message: /2 seed values, wanted 2 x 2/,
    });
  });

  it("clusters 10,000 vectors of width 128 in well under two seconds", async () => {
    const vectors = clouds(5, [0, 1, 2].map((index) => axis(128, index)), 3_334, 0.2);
    const start = performance.now();
    await sphericalKMeans(vectors, 3, { restarts: 4, iterations: 50, stream: stream(1, "k-means") });
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds < 2, `${seconds.toFixed(2)} s`);
  });
});

describe("seedCentres()", () => {
  it("chooses different vectors while there are any", async () => {
    const vectors = unitVectors([1, 0, 1, 0, 0, 1, -1, 0, -1, 0], 2);
    for (let seed = 0; seed < 50; seed++) {
      const centres = await seedCentres(vectors, 3, stream(seed, "seeds"));
      const rows = [0, 1, 2].map((k) => [...centres.subarray(2 * k, 2 * k + 2)].join());
      assert.equal(new Set(rows).size, 3);
    }
  });

  it("chooses the second in proportion to 1 - cos", async () => {
    // After (1, 0): 1 - cos is 1 for (0, 1) and 2 for (-1, 0); after (0, 1) 1 and 1; after (-1, 0) 2 and 1.
    const vectors = unitVectors([1, 0, 0, 1, -1, 0], 2);
    let firsts = 0, opposite = 0;
    for (let seed = 0; seed < 6_000; seed++) {
      const [x0, , x1] = await seedCentres(vectors, 2, stream(seed, "seeds"));
      if (x0 !== 1) continue;
      firsts++;
      if (x1 === -1) opposite++;
    }
    // Four standard deviations of a proportion of 2/3 over about 2,000 draws.
    assert.ok(Math.abs(opposite / firsts - 2 / 3) < 4 * Math.sqrt((2 / 9) / firsts));
  });
});
