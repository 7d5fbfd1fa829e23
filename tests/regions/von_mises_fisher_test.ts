import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { buildRegions, judgePool, logBesselI, logNormaliser, mixtureBic, unitVectors } from "../../src/regions/mod.ts";

const read = async (name: string) =>
  JSON.parse(await Deno.readTextFile(new URL(`../fixtures/regions/${name}`, import.meta.url)));
const bessel: { width: number; kappa: number; logI: number; logNormaliser: number }[] = await read("bessel.json");
interface Case {
  name: string;
  setup: number[][];
  labels: number[];
  known: number[][];
  pool: number[][];
  priorStrength: number;
  kappa: number[];
  bicBefore: number;
  bicProposed: number[];
  added: number;
}
const cases: Case[] = await read("bic.json");

const close = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, wanted ${expected}`,
  );

describe("logBesselI()", () => {
  it("equals mpmath's for widths 2 to 4096 and concentrations 1 to 1e6", () => {
    for (const { width, kappa, logI } of bessel) {
      close(logBesselI(width / 2 - 1, kappa), logI, 1e-11, `width ${width}, kappa ${kappa}`);
    }
  });

  it("equals the closed forms of orders 1/2 and 3/2", () => {
    for (const x of [0.01, 0.5, 3, 20]) {
      close(logBesselI(0.5, x), Math.log(Math.sqrt(2 / (Math.PI * x)) * Math.sinh(x)), 1e-11, `I_1/2(${x})`);
      const threeHalves = Math.sqrt(2 / (Math.PI * x)) * (Math.cosh(x) - Math.sinh(x) / x);
      // The closed form itself cancels for small x.
      close(logBesselI(1.5, x), Math.log(threeHalves), x < 0.1 ? 1e-9 : 1e-11, `I_3/2(${x})`);
    }
  });

  it("refuses what has no logarithm", () => {
    assert.throws(() => logBesselI(1, 0), RangeError);
    assert.throws(() => logBesselI(-1, 1), RangeError);
    assert.throws(() => logBesselI(1, NaN), RangeError);
  });
});

describe("logNormaliser()", () => {
  it("equals mpmath's", () => {
    for (const { width, kappa, logNormaliser: expected } of bessel) {
      close(logNormaliser(width, kappa), expected, 1e-11, `width ${width}, kappa ${kappa}`);
    }
  });
});

describe("a pool is judged by BIC", () => {
  for (const given of cases) {
    const width = given.setup[0]!.length;
    const setup = unitVectors(given.setup.flat(), width);
    const labels = Int32Array.from(given.labels);
    const count = Math.max(...labels) + 1;
    const pool = unitVectors(given.pool.flat(), width);
    const slice = unitVectors([...given.known, ...given.pool].flat(), width);

    it(`${given.name}: ${given.added} regions are added, with SciPy's BIC`, async () => {
      const regions = await buildRegions(setup, {
        count,
        width,
        labels,
        centres: meanDirections(given.setup, given.labels),
      }, {
        priorStrength: given.priorStrength,
      });
      regions.kappa.forEach((kappa, k) => close(kappa, given.kappa[k]!, 1e-5, `kappa ${k}`));
      close(await mixtureBic(regions, slice), given.bicBefore, 1e-5, "BIC before");
      const verdict = await judgePool(regions, pool, slice, {
        addMax: given.bicProposed.length,
        restarts: 1000,
        iterations: 100,
        radiusQuantile: 0.9,
        stream: stream(1, "pool"),
      });
      close(verdict.bicBefore, given.bicBefore, 1e-5, "BIC before");
      given.bicProposed.forEach((bic, i) => close(verdict.bicProposed[i]!, bic, 1e-5, `BIC with ${i + 1} more`));
      assert.equal(verdict.added, given.added);
      assert.equal(verdict.regions.count, count + given.added);
    });
  }
});

/** Normalised sums of each label's rows, by plain loops. */
function meanDirections(rows: readonly number[][], labels: readonly number[]): Float64Array {
  const count = Math.max(...labels) + 1;
  const width = rows[0]!.length;
  return Float64Array.from(
    Array.from({ length: count }, (_, k) => {
      const sum = new Array<number>(width).fill(0);
      rows.forEach((row, i) => labels[i] === k && row.forEach((value, j) => sum[j]! += value / Math.hypot(...row)));
      return sum.map((value) => value / Math.hypot(...sum));
    }).flat(),
  );
}
