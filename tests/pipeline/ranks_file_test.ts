import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/adapters/safetensors.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { decodeRanks, encodeRanks } from "../../src/pipeline/ranks_file.ts";

const ranks = {
  greater: Int32Array.of(0, 7, 3),
  equal: Int32Array.of(1, 0, 0),
  top: Int32Array.of(5, 2, 9, 4, 0, 0),
};

describe("a file of ranks", () => {
  it("is read as what was written, for any number of windows and any length of lists", () => {
    const cases = fc.tuple(fc.nat(20), fc.nat(5)).chain(([windows, length]) => {
      const column = (size: number) =>
        fc.array(fc.nat(2 ** 31 - 1), { minLength: size, maxLength: size }).map((values) => Int32Array.from(values));
      return fc.record({ greater: column(windows), equal: column(windows), top: column(windows * length) });
    });
    fc.assert(fc.property(cases, (given) => {
      assert.deepEqual(decodeRanks(encodeRanks(given), "ranks"), { ...given });
    }));
  });

  it("is a safetensors file with one row a window", () => {
    const { greater, equal, top } = decodeSafetensors(encodeRanks(ranks));
    assert.deepEqual([greater!.shape, equal!.shape, top!.shape], [[3], [3], [3, 2]]);
    assert.deepEqual([...top!.values], [...ranks.top]);
  });

  it("has the same bytes for the same ranks", () => {
    assert.deepEqual(encodeRanks(ranks), encodeRanks({ ...ranks, top: ranks.top.slice() }));
  });

  it("refuses a file that was cut short, naming it", () => {
    const bytes = encodeRanks(ranks);
    assert.throws(() => decodeRanks(bytes.subarray(0, bytes.length - 1), "ranks/T"), {
      name: "WeightsError",
      message: /ranks\/T/,
    });
  });

  it("refuses tensors that are no ranks, by name", () => {
    const column = { shape: [2], values: Int32Array.of(0, 1) };
    const wrong = (tensors: PlainTensors, message: RegExp) =>
      assert.throws(() => decodeRanks(encodeSafetensors(tensors), "x"), { name: "WeightsError", message });
    wrong({ greater: column, equal: column }, /Cannot load ranks x: tensor "top" is missing/);
    const top = { shape: [1, 2], values: Int32Array.of(1, 2) };
    wrong({ greater: column, equal: column, top }, /"top" is int32 \[1,2\], wanted int32 \[2,2\]/);
    wrong({ greater: column, equal: top, top }, /"equal" is int32 \[1,2\], wanted int32 \[2\]/);
  });
});
