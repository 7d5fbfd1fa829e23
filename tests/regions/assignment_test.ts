/** Nearest centres by an engine's float32 products: the labels of comparing in float64, to the last vector. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { rowProducts } from "../../src/engine/row_products.ts";
import { assign, float32Error, unassigned } from "../../src/regions/assignment.ts";
import { inMemory, type Products, sphericalKMeans, type UnitVectors, unitVectors } from "../../src/regions/mod.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { axis, clouds, directions } from "./draws.ts";

const WIDTH = 64;
const K = 5;
/** Enough cosines for an engine to be asked. */
const COUNT = 4000;

/** Centres, two of them the same, and vectors of which most lie between two centres, as close to the middle as 1e-9. */
function nearTies(seed: number): { vectors: UnitVectors; centres: Float64Array } {
  const centres = Float64Array.from(directions(seed, K, WIDTH).values);
  centres.set(centres.subarray(0, WIDTH), (K - 1) * WIDTH);
  const draws = stream(seed, "near ties");
  const rows = Array.from({ length: COUNT }, () => {
    const [a, b] = [draws.integer(K), draws.integer(K)];
    const lean = (draws.integer(2) - 0.5) * 10 ** -(2 + 7 * draws.float());
    return Array.from(
      { length: WIDTH },
      (_, j) => (0.5 + lean) * centres[a * WIDTH + j]! + (0.5 - lean) * centres[b * WIDTH + j]! + 0.01 * draws.normal(),
    );
  });
  return { vectors: unitVectors(rows.flat(), WIDTH), centres };
}

async function labelsOf(vectors: UnitVectors, centres: Float64Array, products?: Products): Promise<number[]> {
  const state = unassigned(vectors.count);
  await assign(vectors, { count: K, values: centres, shifts: new Float64Array(K) }, state, products);
  return [...state.labels];
}

/** Cosines in float64, handed to `spoil` with their place. */
const spoilt = (rounding: number, spoil: (cosine: number, at: number) => number): Products => ({
  rounding,
  of: (rows, centres, width) => {
    const k = centres.length / width;
    const products = new Float32Array(rows.length / width * k).map((_, at) => {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += rows[Math.floor(at / k) * width + j]! * centres[(at % k) * width + j]!;
      return spoil(sum, at);
    });
    return Promise.resolve(products);
  },
});

describe("assign()", () => {
  for (const rung of rungsHere()) {
    it(`gives the labels of float64 where float32 products on ${rung} would not`, async () => {
      const engine = await openEngine(rung);
      const products = rowProducts(engine);
      try {
        let wrong = 0;
        for (let seed = 1; seed <= 3; seed++) {
          const { vectors, centres } = nearTies(seed);
          const plain = await labelsOf(vectors, centres);
          assert.deepEqual(await labelsOf(vectors, centres, products), plain);
          const single = await products.of(vectors.values, Float32Array.from(centres), WIDTH);
          plain.forEach((label, row) => {
            const own = [...single.subarray(row * K, (row + 1) * K)];
            if (own.indexOf(Math.max(...own)) !== label) wrong++;
          });
        }
        assert.ok(wrong > 0, "the vectors are hard ones");
      } finally {
        products.dispose();
        engine.close();
      }
    });
  }

  it("holds however products are rounded, as long as they are off by no more than is reckoned with", async () => {
    const { vectors, centres } = nearTies(4);
    const plain = await labelsOf(vectors, centres);
    for (const rounding of [2 ** -24, 2 ** -10]) {
      const most = 0.99 * float32Error(WIDTH, { rounding });
      const draws = stream(1, "errors");
      const signs = [
        () => draws.integer(2) - 0.5,
        (at: number) => (at % 2) - 0.5,
        (at: number) => 0.5 - plain[Math.floor(at / K)]! % 2,
      ];
      for (const sign of signs) {
        const off = spoilt(rounding, (cosine, at) => cosine + 2 * sign(at) * most);
        assert.deepEqual(await labelsOf(vectors, centres, off), plain);
      }
    }
  });

  it("is off by less than is reckoned with, for the longest sums there are", async () => {
    const width = 2048;
    const [rows, others] = [directions(1, 40, width), directions(2, 40, width)];
    for (const rung of rungsHere()) {
      const engine = await openEngine(rung);
      const products = rowProducts(engine);
      const found = await products.of(rows.values, others.values, width);
      const exact = await spoilt(0, (cosine) => cosine).of(rows.values, others.values, width);
      const most = Math.max(...found.map((value, at) => Math.abs(value - exact[at]!)));
      assert.ok(most < float32Error(width, products), `${rung}: ${most}`);
      products.dispose();
      engine.close();
    }
  });
});

describe("sphericalKMeans() in blocks", () => {
  const vectors = clouds(7, [0, 1, 2, 3].map((index) => axis(16, index)), 60, 0.4);
  const options = () => ({ restarts: 3, iterations: 60, stream: stream(2, "k-means") });

  it("gives the same result whatever the size of blocks, with an engine's products and without", async () => {
    const expected = await sphericalKMeans(vectors, 4, options());
    const engine = await openEngine("wasm");
    const products = rowProducts(engine);
    try {
      for (const block of [1, 7, vectors.count, 1000]) {
        const blocked = inMemory(vectors.values, vectors.width, block);
        assert.deepEqual(await sphericalKMeans(blocked, 4, options()), expected);
        assert.deepEqual(await sphericalKMeans(blocked, 4, { ...options(), products }), expected);
      }
      const many = directions(5, 6000, 8);
      const plain = await sphericalKMeans(many, 6, options());
      assert.deepEqual(await sphericalKMeans(many, 6, { ...options(), products }), plain);
    } finally {
      products.dispose();
      engine.close();
    }
  });
});

describe("sphericalKMeans() on a sample", () => {
  const vectors = clouds(8, [0, 1, 2].map((index) => axis(12, index)), 300, 0.1);
  const options = (seedSample?: number) => ({
    ...{ restarts: 4, iterations: 50, stream: stream(3, "k-means") },
    seedSample,
  });

  it("draws none up to eight times the sample's size", async () => {
    const plain = await sphericalKMeans(vectors, 3, options());
    assert.deepEqual(await sphericalKMeans(vectors, 3, options(Math.ceil(vectors.count / 8))), plain);
    const sampled = await sphericalKMeans(vectors, 3, options(100));
    assert.notDeepEqual(sampled.centres, plain.centres, "clusters are found in another order");
  });

  it("gives the same for the same stream, with every vector at a centre of highest cosine, and finds what restarts on all find", async () => {
    const plain = await sphericalKMeans(vectors, 3, options());
    const sampled = await sphericalKMeans(vectors, 3, options(100));
    assert.deepEqual(await sphericalKMeans(vectors, 3, options(100)), sampled);
    assert.ok(sampled.converged);
    assert.ok(Math.abs(sampled.objective - plain.objective) < 1e-6);
    for (let cloud = 0; cloud < 3; cloud++) {
      assert.equal(new Set(sampled.labels.subarray(300 * cloud, 300 * (cloud + 1))).size, 1);
    }
  });

  it("looks at vectors beyond the sample: a cluster too small for it is not lost from the sums", async () => {
    const { centres, labels, objective } = await sphericalKMeans(vectors, 3, options(20));
    const sums = new Float64Array(3 * 12);
    labels.forEach((label, row) => {
      for (let j = 0; j < 12; j++) sums[12 * label + j]! += vectors.values[12 * row + j]!;
    });
    let total = 0;
    for (let k = 0; k < 3; k++) {
      const length = Math.hypot(...sums.subarray(12 * k, 12 * k + 12));
      total += length;
      centres.subarray(12 * k, 12 * k + 12).forEach((value, j) =>
        assert.ok(Math.abs(value - sums[12 * k + j]! / length) < 1e-12)
      );
    }
    assert.ok(Math.abs(total - objective) < 1e-9);
  });
});
