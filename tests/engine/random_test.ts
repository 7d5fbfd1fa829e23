import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import fc from "fast-check";
import { philox } from "../../src/engine/philox.ts";
import { stream } from "../../src/engine/random.ts";

const block = (counter: number[], key: number[]) => {
  const out = new Uint32Array(4);
  philox(Uint32Array.from(counter), Uint32Array.from(key), out);
  return [...out].map((word) => word.toString(16).padStart(8, "0")).join(" ");
};

describe("philox()", () => {
  // Known answers of the authors' library Random123, kat_vectors, philox4x32-10.
  it("gives the published words for a counter and key of zeros", () => {
    assert.equal(block([0, 0, 0, 0], [0, 0]), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  });
  it("gives the published words for a counter and key of ones", () => {
    const ones = 0xffffffff;
    assert.equal(block([ones, ones, ones, ones], [ones, ones]), "408f276d 41c83b0e a20bc7c6 6d5451fd");
  });
  it("gives the published words for the digits of pi", () => {
    assert.equal(
      block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    );
  });
});

describe("stream()", () => {
  const words = (...of: Parameters<typeof stream>) => [...stream(...of).int32(5)].join();

  it("gives the same numbers for the same seed, purpose and counters, others for any other", () => {
    const given = words(1, "shuffle", 2, 3);
    assert.equal(words(1, "shuffle", 2, 3), given);
    const others = [
      words(2, "shuffle", 2, 3),
      words(1, "shuffl", 2, 3),
      words(1, "shuffle", 3, 2),
      words(1, "shuffle", 2),
      words(1, "shuffle", 2, 3, 0),
      words(-1, "shuffle", 2, 3),
      words(1 + 2 ** 40, "shuffle", 2, 3),
    ];
    assert.equal(new Set([given, ...others]).size, 8);
  });

  it("refuses a seed that is not a whole number", () => {
    assert.throws(() => stream(0.5, "x"), RangeError);
    assert.throws(() => stream(1, "x", NaN), RangeError);
  });

  it("goes on over the end of its first blocks without repeating itself", () => {
    assert.equal(new Set(stream(1, "long").int32(10_000)).size, 10_000);
  });

  it("float() is uniform over [0, 1)", () => {
    const draw = stream(3, "float");
    const bins = new Int32Array(10);
    for (let i = 0; i < 100_000; i++) {
      const value = draw.float();
      assert.ok(value >= 0 && value < 1 && Math.fround(value) === value);
      bins[Math.floor(value * 10)]!++;
    }
    // Chi-squared with 9 degrees of freedom stays under 27.88 with probability .999.
    assert.ok(bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0) < 27.88);
  });

  it("integer() is uniform where 2^32 is not a multiple of the bound", () => {
    const draw = stream(4, "integer");
    const bound = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (draw.integer(bound) < 2 ** 30) low++;
    // A remainder without rejection would give a half, not a third.
    assert.ok(Math.abs(low / 30_000 - 1 / 3) < 0.01);
    assert.throws(() => draw.integer(0), RangeError);
    assert.throws(() => draw.integer(1.5), RangeError);
  });

  it("normal() has the moments of the normal distribution", () => {
    const values = new Float32Array(200_000);
    stream(5, "normal").fillNormal(values, 2);
    const moment = (power: number) => values.reduce((sum, value) => sum + (value / 2) ** power, 0) / values.length;
    [0, 1, 0, 3].forEach((expected, index) => assert.ok(Math.abs(moment(index + 1) - expected) < 0.05));
  });

  it("fillUniform() stays in its range", () => {
    const values = new Float32Array(1000);
    stream(6, "fill").fillUniform(values, -2, 3);
    assert.ok(
      values.every((value) => value >= -2 && value < 3) && Math.min(...values) < -1.9 && Math.max(...values) > 2.9,
    );
  });

  it("shuffle() keeps every entry and reaches every order", () => {
    const orders = new Map<string, number>();
    for (let run = 0; run < 6000; run++) {
      const values = Int32Array.of(1, 2, 3);
      stream(7, "shuffle", run).shuffle(values);
      orders.set(values.join(), (orders.get(values.join()) ?? 0) + 1);
    }
    assert.equal(orders.size, 6);
    for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 150);
  });

  it("sample() draws different numbers of the population, and all of it when asked", () => {
    fc.assert(fc.property(fc.nat(50), fc.nat(50), fc.nat(), (a, b, seed) => {
      const [count, population] = [Math.min(a, b), Math.max(a, b)];
      const drawn = stream(seed, "sample").sample(count, population);
      assert.equal(new Set(drawn).size, count);
      assert.ok(drawn.every((value) => value >= 0 && value < population));
    }));
    assert.throws(() => stream(1, "x").sample(3, 2), RangeError);
  });

  it("sample() favours nobody", () => {
    const counts = new Int32Array(5);
    for (let run = 0; run < 5000; run++) for (const value of stream(8, "sample", run).sample(2, 5)) counts[value]!++;
    for (const count of counts) assert.ok(Math.abs(count - 2000) < 150);
  });
});
