import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { stream } from "../../src/engine/random.ts";
import {
  buildRegions,
  mergeRegions,
  posterior,
  reestimate,
  type Regions,
  regionsFromArrays,
  regionsToArrays,
  routeAll,
  routeTopTwo,
  routeToRegion,
  routingScores,
  sphericalKMeans,
  unitVectors,
} from "../../src/regions/mod.ts";
import { quantile } from "../../src/regions/quantile.ts";
import { axis, clouds, directions, permuted } from "./draws.ts";

const drawn = async (seed: number, k: number, width = 5): Promise<Regions> => {
  const vectors = directions(seed, 40, width);
  return await buildRegions(
    vectors,
    await sphericalKMeans(vectors, k, { restarts: 2, iterations: 50, stream: stream(seed, "k-means") }),
  );
};
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

describe("posterior()", () => {
  it("gives unit centres, concentrations in [1, 1e6], and shares that sum to 1", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 7 }), async (seed, k) => {
        const { centres, kappa, pi, width } = await drawn(seed, k);
        for (let row = 0; row < k; row++) {
          assert.ok(Math.abs(Math.hypot(...centres.subarray(row * width, (row + 1) * width)) - 1) < 1e-12);
        }
        assert.ok(kappa.every((value) => value >= 1 && value <= 1e6));
        assert.ok(Math.abs(sum(pi) - 1) < 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  it("clips the concentration of members that all agree", () => {
    const statistics = { count: 1, width: 3, priorCentres: Float64Array.from(axis(3, 0)), priorStrength: 5 };
    const { kappa } = posterior({ ...statistics, sums: Float64Array.of(1e9, 0, 0), counts: Float64Array.of(1e9) });
    assert.equal(kappa[0], 1e6);
  });

  it("keeps the prior's centre when members and prior cancel out", () => {
    const priorCentres = Float64Array.of(0, 1);
    const { centres, kappa } = posterior({
      count: 1,
      width: 2,
      sums: Float64Array.of(0, -5),
      counts: Float64Array.of(5),
      priorCentres,
      priorStrength: 5,
    });
    assert.deepEqual([...centres], [0, 1]);
    assert.equal(kappa[0], 1);
  });
});

describe("buildRegions()", () => {
  it("does not depend on the order of vectors", async () => {
    const vectors = directions(1, 50, 4);
    const clustering = await sphericalKMeans(vectors, 3, { restarts: 1, iterations: 50, stream: stream(1, "k-means") });
    const order = Int32Array.from({ length: 50 }, (_, row) => row);
    stream(2, "order").shuffle(order);
    const other = await buildRegions(permuted(vectors, order), {
      ...clustering,
      labels: Int32Array.from(order, (row) => clustering.labels[row]!),
    });
    const one = await buildRegions(vectors, clustering);
    for (const name of ["centres", "kappa", "pi", "radii", "deviations", "counts"] as const) {
      other[name].forEach((value, i) => assert.ok(Math.abs(value - one[name][i]!) < 1e-9, name));
    }
  });

  it("refuses a region without members, and labels that do not fit", async () => {
    const vectors = unitVectors([1, 0, 0, 1], 2);
    const clustering = { count: 2, width: 2, centres: Float64Array.of(1, 0, 0, 1), labels: Int32Array.of(0, 0) };
    await assert.rejects(() => buildRegions(vectors, clustering), {
      name: "RangeError",
      message: /region 1 has no members/,
    });
    await assert.rejects(
      () => buildRegions(vectors, { ...clustering, labels: Int32Array.of(0, 2) }),
      /label 2 in row 1/,
    );
    await assert.rejects(() => buildRegions(vectors, { ...clustering, labels: Int32Array.of(0) }), /1 labels/);
  });
});

describe("reestimate()", () => {
  it("moves kappa by the EMA rate and leaves the regions it was given", async () => {
    const regions = await drawn(3, 2);
    const copy = structuredClone(regions);
    const sums = regions.sums.map((value) => 0.5 * value);
    const fresh = posterior({ ...regions, sums }).kappa;
    const next = reestimate(regions, sums, regions.counts);
    next.kappa.forEach((kappa, k) => assert.ok(Math.abs(kappa - (0.8 * regions.kappa[k]! + 0.2 * fresh[k]!)) < 1e-12));
    assert.deepEqual(regions, copy);
  });
});

describe("routing", () => {
  it("routeToRegion() sends a sequence to the region of highest log pi + kappa cos", async () => {
    const regions = await drawn(5, 4);
    const vectors = directions(6, 30, 5);
    const routes = await routeAll(regions, vectors);
    for (let row = 0; row < 30; row++) {
      const x = vectors.values.subarray(row * 5, (row + 1) * 5);
      const scores = Array.from({ length: 4 }, (_, k) => {
        const centre = regions.centres.subarray(k * 5, (k + 1) * 5);
        return Math.log(regions.pi[k]!) + regions.kappa[k]! * sum(centre.map((value, j) => value * x[j]!));
      });
      routingScores(regions, x).forEach((score, k) => assert.ok(Math.abs(score - scores[k]!) < 1e-9));
      assert.equal(routeToRegion(regions, x), scores.indexOf(Math.max(...scores)));
      assert.equal(routes[row], routeToRegion(regions, x));
    }
  });

  it("a route does not depend on the vectors beside it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 9 }), async (seed, k) => {
        const regions = await drawn(seed, k);
        const vectors = directions(seed + 1, 25, 5);
        const order = Int32Array.from({ length: 25 }, (_, row) => row);
        stream(seed, "order").shuffle(order);
        const routes = await routeAll(regions, vectors);
        assert.deepEqual(
          [...await routeAll(regions, permuted(vectors, order))],
          Array.from(order, (row) => routes[row]!),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("routeTopTwo() weighs the two best regions by the softmax over their scores", async () => {
    const regions = await drawn(7, 3);
    const vectors = directions(8, 20, 5);
    const { first, second, weight } = await routeTopTwo(regions, vectors);
    assert.deepEqual([...first], [...await routeAll(regions, vectors)]);
    for (let row = 0; row < 20; row++) {
      const scores = routingScores(regions, vectors.values.subarray(row * 5, (row + 1) * 5));
      const sorted = [...scores].sort((a, b) => b - a);
      assert.equal(scores[second[row]!], sorted[1]);
      const expected = Math.exp(sorted[0]!) / (Math.exp(sorted[0]!) + Math.exp(sorted[1]!));
      assert.ok(Math.abs(weight[row]! - expected) < 1e-6);
    }
  });

  it("routeTopTwo() gives all the weight to the only region there is", async () => {
    const { first, second, weight } = await routeTopTwo(await drawn(1, 1), directions(2, 3, 5));
    assert.deepEqual([[...first], [...second], [...weight]], [[0, 0, 0], [0, 0, 0], [1, 1, 1]]);
  });

  it("refuses vectors of another width", async () => {
    const regions = await drawn(1, 2);
    await assert.rejects(() => routeAll(regions, directions(2, 3, 4)), { name: "RangeError", message: /width 4/ });
  });
});

const degrees = Math.PI / 180;
const turned = (angle: number) => [Math.cos(angle * degrees), Math.sin(angle * degrees), 0];
/** Two directions close to each other and one far off. */
const three = await buildRegions(clouds(1, [turned(0), turned(8), axis(3, 2)], 30, 0.02), {
  count: 3,
  width: 3,
  centres: Float64Array.from([turned(0), turned(8), axis(3, 2)].flat()),
  labels: Int32Array.from({ length: 90 }, (_, row) => Math.floor(row / 30)),
});

describe("mergeRegions()", () => {
  const regions = three;

  it("joins centres closer than the angle and keeps every member", () => {
    const { regions: after, successor, merged } = mergeRegions(regions, 12 * degrees);
    assert.deepEqual(after.names, ["R1+R2", "R3"]);
    assert.deepEqual([...successor], [0, 0, 1]);
    assert.deepEqual(merged.map(({ names }) => names), [["R1", "R2"]]);
    assert.ok(Math.abs(merged[0]!.angle - 8 * degrees) < 1 * degrees);
    assert.deepEqual([...after.counts], [60, 30]);
    assert.ok(Math.abs(sum(after.pi) - 1) < 1e-12);
    const halfway = turned(4);
    after.centres.subarray(0, 3).forEach((value, j) => assert.ok(Math.abs(value - halfway[j]!) < 0.01));
    // The new cap covers both old ones.
    assert.ok(after.radii[0]! > 4 * degrees + Math.max(regions.radii[0]!, regions.radii[1]!) * 0.9);
    assert.deepEqual([...after.centres.subarray(3)], [...regions.centres.subarray(6)]);
    assert.equal(after.kappa[1], regions.kappa[2]);
  });

  it("leaves centres further apart alone", () => {
    const { regions: after, merged } = mergeRegions(regions, 5 * degrees);
    assert.equal(merged.length, 0);
    assert.deepEqual(after, regions);
  });

  it("goes on until no two are close, keeps sums and counts, and leaves at least one region", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        async (seed, k, angle) => {
          const before = await drawn(seed, k);
          const { regions: after, successor, heir } = mergeRegions(before, angle);
          assert.ok(after.count >= 1);
          assert.ok(Math.abs(sum(after.counts) - sum(before.counts)) < 1e-9);
          for (let j = 0; j < before.width; j++) {
            const column = ({ sums, count, width }: Regions) =>
              sum(Array.from({ length: count }, (_, row) => sums[row * width + j]!));
            assert.ok(Math.abs(column(after) - column(before)) < 1e-9);
          }
          assert.deepEqual(new Set(successor), new Set(Array.from({ length: after.count }, (_, row) => row)));
          heir.forEach((origin, row) => assert.equal(successor[origin], row));
          assert.ok(Math.abs(sum(after.pi) - 1) < 1e-12);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("regionsFromArrays()", () => {
  it("reads what regionsToArrays() wrote, through JSON, to the last bit", async () => {
    const regions = await drawn(4, 3);
    assert.deepEqual(regionsFromArrays(JSON.parse(JSON.stringify(regionsToArrays(regions)))), regions);
  });

  it("names what does not fit", async () => {
    const plain = regionsToArrays(await drawn(4, 3));
    const broken = (change: Partial<typeof plain.arrays>) => ({ ...plain, arrays: { ...plain.arrays, ...change } });
    assert.throws(() => regionsFromArrays(broken({ kappa: [1] })), {
      name: "TypeError",
      message: /"kappa" has 1 numbers, wanted 3/,
    });
    assert.throws(
      () => regionsFromArrays(broken({ pi: [1, NaN, 0] })),
      /"pi" holds a value that is not a finite number/,
    );
    assert.throws(() => regionsFromArrays({ ...plain, names: ["R1"] }), /names, wanted 3/);
    assert.throws(() => regionsFromArrays({ ...plain, count: 0 }), /count 0/);
    assert.throws(() => regionsFromArrays({ ...plain, emaRate: 0 }), /EMA rate 0/);
  });
});

describe("unitVectors()", () => {
  it("scales rows to length 1, leaves zeros, and names a row that is not finite", () => {
    assert.deepEqual([...unitVectors([0, 3, 0, 0], 2).values], [0, 1, 0, 0]);
    assert.throws(() => unitVectors([0, 1, NaN, 0], 2), { name: "RangeError", message: /row 1/ });
    assert.throws(() => unitVectors([1, 2, 3], 2), /3 numbers, wanted a multiple of the width 2/);
  });
});

describe("quantile()", () => {
  it("interpolates between neighbours", () => {
    assert.equal(quantile([1, 2, 3, 4], 0.9), 3.7);
    assert.equal(quantile([5], 0.9), 5);
    assert.throws(() => quantile([], 0.5), RangeError);
    assert.throws(() => quantile([1], 1.5), RangeError);
  });
});
