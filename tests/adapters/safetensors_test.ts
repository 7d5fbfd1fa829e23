import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { decodeSafetensors, encodeSafetensors, readSafetensors } from "../../src/adapters/safetensors.ts";
import { WeightsError } from "../../src/adapters/weights_error.ts";
import { withFolder, writeFile } from "../data/files.ts";
import { handMade } from "./hand_made.ts";

const whole = { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] };
const four = [1, 2, 3, 4];

describe("decodeSafetensors()", () => {
  it("reads a file written byte by byte from the format's description", () => {
    assert.deepEqual(decodeSafetensors(handMade({ w: whole }, four)), {
      w: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
    });
  });

  it("reads back what encodeSafetensors() wrote, floats and integers", () => {
    const tensors = {
      b: { shape: [3], values: Float32Array.of(0.1, -2, 3e7) },
      a: { shape: [1, 2], values: Int32Array.of(-1, 7) },
      none: { shape: [0, 5], values: new Float32Array(0) },
      scalar: { shape: [], values: Float32Array.of(9) },
      constructor: { shape: [1], values: Float32Array.of(2) },
    };
    assert.deepEqual(decodeSafetensors(encodeSafetensors(tensors)), tensors);
  });

  it("reads a header with spaces after it, texts about the file, and tensors in any order", () => {
    const second = { dtype: "I32", shape: [1], data_offsets: [4, 8] };
    const first = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
    const header = JSON.stringify({ __metadata__: { format: "pt" }, second, first }) + "   ";
    const { first: a, second: b } = decodeSafetensors(handMade(header, [1.5, 0]));
    assert.deepEqual([a!.values[0], b!.values[0]], [1.5, 0]);
  });

  /** A header of one tensor that says other than `whole`. */
  const says = (more: object) => handMade({ w: { ...whole, ...more } }, four);
  const two = (a: number[], b: number[]) => {
    const entry = (range: number[]) => ({ dtype: "F32", shape: [(range[1]! - range[0]!) / 4], data_offsets: range });
    return handMade({ a: entry(a), b: entry(b) }, four);
  };
  const wrong: readonly [string, Uint8Array, RegExp][] = [
    ["a file of nothing", new Uint8Array(0), /0 bytes are no safetensors file/],
    ["a file too short for a header", new Uint8Array(3), /3 bytes/],
    ["a header longer than the file", handMade({ w: 1 }, []).subarray(0, 10), /header of 7 bytes in a file of 10/],
    ["a header of 10 GB", handMade({ w: whole }, four, 10_000_000_000n), /header of 10000000000 bytes in a file of/],
    [
      "a header longer than numbers go",
      handMade({ w: whole }, four, 2n ** 64n - 1n),
      /header of 18446744073709551615 by/,
    ],
    ["a header that is not JSON", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0x7b), /its header is not JSON/],
    ["a header that is not UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), /its header is not UTF-8/],
    ["a header that is a list", handMade([whole], four), /its header is not a JSON object/],
    ["a header that is null", handMade("null", four), /its header is not a JSON object/],
    ["a header that begins with a space", handMade(" {}", []), /its header is not a JSON object/],
    ["a header of ten thousand brackets", handMade("[".repeat(10_000), []), /its header is nested more than 8 deep/],
    [
      "a tensor that is named twice",
      handMade(`{"w": ${JSON.stringify(whole)}, "w": 1}`, four),
      /header names "w" twice/,
    ],
    [
      "a tensor that is named twice in other letters",
      handMade(`{"w": 1, "\\u0077": 1}`, four),
      /header names "w" twice/,
    ],
    ["a field that is given twice", handMade(`{"w": {"dtype": "F32", "dtype": "I32"}}`, four), /names "dtype" twice/],
    [
      "a tensor called __proto__",
      handMade(`{"__proto__": ${JSON.stringify(whole)}}`, four),
      /"__proto__", which is no/,
    ],
    ["metadata that is no record of texts", handMade({ __metadata__: { a: 1 } }, []), /its __metadata__ is \{"a":1\}/],
    ["a tensor that is no object", handMade({ w: 7 }, four), /"w".*found 7, wanted dtype, shape, data_offsets/],
    ["a tensor that is null", handMade({ w: null }, four), /"w".*found null/],
    ["an unknown dtype", says({ dtype: "F64" }), /"w".*dtype "F64", wanted F32 or I32/],
    ["a dtype of every object", says({ dtype: "constructor" }), /"w".*dtype "constructor"/],
    ["a missing dtype", says({ dtype: undefined }), /"w".*dtype missing, wanted F32 or I32/],
    ["a field that is not known", says({ strides: [1] }), /"w".*found the field "strides"/],
    ["a shape below zero", says({ shape: [-2, -2] }), /"w".*shape \[-2,-2\], wanted a list of whole numbers/],
    ["a shape that is not whole", says({ shape: [1.6, 2.5] }), /"w".*shape \[1\.6,2\.5\]/],
    ["a shape of texts", says({ shape: ["2", "2"] }), /"w".*shape \["2","2"\]/],
    ["a shape whose product overflows", says({ shape: [2 ** 40, 2 ** 40] }), /"w".*for shape \[1099511627776,/],
    ["a shape whose product is no number", says({ shape: [...new Array(30).fill(2 ** 40), 0] }), /"w".*for shape/],
    ["offsets that are not whole", says({ data_offsets: [0.5, 16.5] }), /"w".*data_offsets \[0\.5,16\.5\]/],
    ["offsets below zero", says({ data_offsets: [-16, 0] }), /"w".*data_offsets \[-16,0\]/],
    ["three offsets", says({ data_offsets: [0, 8, 16] }), /"w".*data_offsets \[0,8,16\], wanted two whole numbers/],
    ["offsets the wrong way round", says({ data_offsets: [16, 0] }), /"w".*bytes 16 to 0 of 16/],
    ["a truncated tensor", handMade({ w: { ...whole, shape: [4] } }, [1, 2]), /"w".*bytes 0 to 16 of 8/],
    ["a range that does not fit its shape", says({ shape: [3] }), /"w".*bytes 0 to 16.*shape \[3\], wanted 12 bytes/],
    [
      "tensors that share bytes",
      two([0, 12], [8, 16]),
      /"b".*begin at 8, wanted 12: they belong to another tensor too/,
    ],
    ["two tensors of the same bytes", two([0, 16], [0, 16]), /"b".*begin at 0, wanted 16/],
    ["bytes of no tensor between two", two([0, 4], [8, 16]), /"b".*begin at 8, wanted 4: those between belong to none/],
    ["bytes of no tensor at the start", two([4, 8], [8, 16]), /"a".*begin at 4, wanted 0/],
    ["bytes of no tensor at the end", two([0, 4], [4, 8]), /its tensors end at byte 8 of 16, wanted the last one/],
    ["NaN", handMade({ w: whole }, [1, 2, NaN, NaN]), /"w".*value 2 is NaN, wanted a finite number/],
    ["an infinite value", handMade({ w: whole }, [1, -Infinity, 3, 4]), /"w".*value 1 is -Infinity/],
  ];
  for (const [what, bytes, message] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decodeSafetensors(bytes, "x.safetensors"), (error) => {
        assert.ok(error instanceof WeightsError, String(error));
        assert.match(error.message, message);
        assert.match(error.message, /x\.safetensors/);
        return true;
      });
    });
  }

  it("refuses a file that was cut anywhere", () => {
    const bytes = encodeSafetensors({ w: { shape: [3], values: Float32Array.of(1, 2, 3) } });
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeSafetensors(bytes.subarray(0, length)), WeightsError, `${length} bytes`);
    }
  });

  it("keeps values that are not finite where they are asked for", () => {
    const values = Float32Array.of(NaN, Infinity);
    const bytes = encodeSafetensors({ w: { shape: [2], values } });
    assert.deepEqual(decodeSafetensors(bytes, "x", { notFinite: "keep" }), { w: { shape: [2], values } });
  });
});

describe("encodeSafetensors()", () => {
  it("refuses names the format keeps for itself, and values that do not fit the shape", () => {
    const tensor = { shape: [1], values: Float32Array.of(1) };
    for (const name of ["__metadata__", "__proto__"]) {
      assert.throws(() => encodeSafetensors(Object.fromEntries([[name, tensor]])), /wanted another name/);
    }
    assert.throws(() => encodeSafetensors({ w: { ...tensor, shape: [2] } }), /1 values for shape \[2\]/);
  });
});

describe("readSafetensors()", () => {
  it("reads a file, and names it and the tensor when it is damaged", async () => {
    await withFolder(async (folder) => {
      const path = await writeFile(folder, "w.safetensors", handMade({ w: whole }, four));
      assert.deepEqual([...(await readSafetensors(path)).w!.values], four);
      await writeFile(folder, "w.safetensors", handMade({ w: whole }, [1, 2, 3, NaN]));
      await assert.rejects(readSafetensors(path), {
        name: "WeightsError",
        message: `Cannot read tensor "w" of ${path}: value 3 is NaN, wanted a finite number`,
      });
    });
  });

  it("refuses a file whose header cannot be right, or that is too large, without reading it", async () => {
    await withFolder(async (folder) => {
      // Holes: the file takes no place on the disk, and would take minutes to read.
      const path = await writeFile(folder, "w.safetensors", handMade({ w: whole }, four, 10_000_000_000n));
      await Deno.truncate(path, 3e9);
      const before = performance.now();
      await assert.rejects(readSafetensors(path), /header of 10000000000 bytes in a file of 3000000000/);
      await Deno.truncate(path, 4.1e9);
      await assert.rejects(readSafetensors(path), /it has 4100000000 bytes, wanted at most 4000000000/);
      assert.ok(performance.now() - before < 500);
      await assert.rejects(readSafetensors(folder), { name: "WeightsError", message: /it is no file/ });
    });
  });

  it("says that there is no such file", async () => {
    await withFolder((folder) => assert.rejects(readSafetensors(join(folder, "none")), Deno.errors.NotFound));
  });
});
