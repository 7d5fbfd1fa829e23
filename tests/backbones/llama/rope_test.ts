import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { readLlamaConfig } from "../../../src/backbones/llama/config.ts";
import { ropeFrequencies, ropeTables } from "../../../src/backbones/llama/rope.ts";

interface Case {
  readonly config: Readonly<Record<string, unknown>>;
  readonly positions: number;
  readonly inverse: readonly number[];
  readonly scale: number;
  readonly cos?: readonly number[];
  readonly sin?: readonly number[];
}

const fixture = new URL("../../fixtures/backbones/llama/rope.json", import.meta.url);
const cases = JSON.parse(Deno.readTextFileSync(fixture)) as Readonly<Record<string, Case>>;
/** Two roundings of a float32: PyTorch's powers, and its fused products, may round otherwise than these do. */
const TOLERANCE = 2.5e-7;

/** A config of head width 8 and the most positions 64, with these fields. */
const configOf = (more: object) => readLlamaConfig({ ...cases["default, theta left out"]!.config, ...more }, "here");
const scaled = (rope: object) => configOf({ rope_scaling: rope });

describe("rotary positions are Hugging Face's:", () => {
  for (const [what, { config, positions, inverse, scale, cos, sin }] of Object.entries(cases)) {
    it(what, () => {
      const { rope, headDim, maxPositions } = readLlamaConfig(config, "here");
      const found = ropeFrequencies(rope, headDim, maxPositions, positions);
      assert.equal(found.inverse.length, inverse.length);
      inverse.forEach((wanted, d) => {
        const off = Math.abs(found.inverse[d]! / wanted - 1);
        assert.ok(off < TOLERANCE, `frequency ${d}: ${found.inverse[d]}, wanted ${wanted}`);
      });
      assert.ok(Math.abs(found.scale / scale - 1) < 1e-12);
      if (cos === undefined || sin === undefined) return;
      const tables = ropeTables(rope, headDim, maxPositions, positions);
      for (const [table, wanted] of [[tables.cos, cos], [tables.sin, sin]] as const) {
        assert.equal(table.length, wanted.length);
        wanted.forEach((each, at) => assert.ok(Math.abs(table[at]! - each) < 2e-6, `${at}: ${table[at]}, ${each}`));
      }
    });
  }

  it("without a length, longrope's are its short ones", () => {
    const { rope, headDim, maxPositions } = readLlamaConfig(cases["longrope, long"]!.config, "here");
    const wanted = cases["longrope, long"]!.config.rope_scaling as { short_factor: number[] };
    const first = ropeFrequencies(rope, headDim, maxPositions).inverse;
    wanted.short_factor.forEach((divisor, d) => {
      assert.ok(Math.abs(first[d]! * divisor * 10000 ** (d / 4) - 1) < 1e-6);
    });
  });

  it("positions beyond the checkpoint's are refused", () => {
    const { rope, headDim, maxPositions } = configOf({});
    assert.throws(() => ropeTables(rope, headDim, maxPositions, 65), /Cannot turn 65 positions: wanted 64 at most/);
  });
});

describe("readRope()", () => {
  const original = { original_max_position_embeddings: 8 };
  const lists = { short_factor: [1, 1, 1, 1], long_factor: [1, 2, 3, 4] };
  const wrong: readonly [string, object, RegExp][] = [
    [
      "a kind that is not known",
      { rope_type: "mrope" },
      /rope_scaling\.rope_type is "mrope", wanted one of default, lin/,
    ],
    ["a kind that is not known, in the old spelling", { type: "su" }, /rope_scaling\.type is "su", wanted one of/],
    ["a kind that is no text", { type: 7 }, /rope_scaling\.type is 7/],
    ["a linear one without factor", { type: "linear" }, /rope_scaling\.factor is missing, wanted a number above 0/],
    ["a factor of zero", { type: "linear", factor: 0 }, /rope_scaling\.factor is 0, wanted a number above 0/],
    ["a factor that is text", { type: "dynamic", factor: "2" }, /rope_scaling\.factor is "2"/],
    ["yarn without factor", { type: "yarn", ...original }, /rope_scaling\.factor is missing/],
    ["a truncate of null", { type: "yarn", factor: 2, truncate: null }, /truncate is null, wanted true or false/],
    [
      "high frequencies below the low",
      { type: "llama3", factor: 8, low_freq_factor: 4, high_freq_factor: 4 },
      /high_freq_factor is 4, wanted a number above 4/,
    ],
    [
      "a list that is too short",
      { type: "longrope", ...lists, ...original, long_factor: [1] },
      /long_factor is \[1\], wanted 4 n/,
    ],
    ["a list of no numbers", { type: "longrope", ...lists, ...original, short_factor: [1, 2, 3, "4"] }, /short_factor/],
    ["no list", { type: "longrope", ...original }, /short_factor is missing, wanted 4 numbers above 0/],
    [
      "one original position",
      { type: "longrope", ...lists, original_max_position_embeddings: 1 },
      /is 1, wanted a whole nu/,
    ],
    [
      "a rotation of part of a head",
      { type: "linear", factor: 2, partial_rotary_factor: 0.5 },
      /partial_rotary_factor is 0.5/,
    ],
    ["a theta of one", { type: "linear", factor: 2, rope_theta: 1 }, /rope_theta is 1, wanted a number above 1/],
  ];
  for (const [what, rope, message] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(() => scaled(rope), (error) => {
        assert.equal((error as Error).name, "CheckpointError");
        assert.match((error as Error).message, /^Cannot use checkpoint here: /);
        assert.match((error as Error).message, message);
        return true;
      });
    });
  }

  it("refuses what is no object, and a theta that is no number", () => {
    assert.throws(() => configOf({ rope_scaling: [1] }), /rope_scaling is \[1\], wanted an object/);
    assert.throws(() => configOf({ rope_theta: "1e4" }), /its rope_theta is "1e4", wanted a number above 1/);
  });

  it("takes an empty object for none", () => {
    assert.deepEqual(configOf({ rope_scaling: {}, rope_theta: 500 }).rope, { kind: "default", theta: 500 });
  });
});
