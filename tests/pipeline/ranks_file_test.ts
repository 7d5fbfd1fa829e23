import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/adapters/safetensors.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { readRanks, writeRanks } from "../../src/pipeline/ranks_file.ts";

const ranks = {
  greater: Int32Array.of(0, 7, 3),
  equal: Int32Array.of(1, 0, 0),
  top: Int32Array.of(5, 2, 9, 4, 0, 0),
};

describe("a file of ranks", () => {
  let path: string;
  beforeAll(() => void (path = Deno.makeTempFileSync()));
  afterAll(() => Deno.removeSync(path));
  const bytesOf = async (given: typeof ranks) => {
    await writeRanks(path, given);
    return Deno.readFileSync(path);
  };

  it("is read as what was written, for any number of windows and any length of lists, whole and by range", async () => {
    const cases = fc.tuple(fc.nat(20), fc.nat(5)).chain(([windows, length]) => {
      const column = (size: number) =>
        fc.array(fc.nat(2 ** 31 - 1), { minLength: size, maxLength: size }).map((values) => Int32Array.from(values));
      const given = fc.record({ greater: column(windows), equal: column(windows), top: column(windows * length) });
      return fc.tuple(given, fc.nat(windows), fc.nat(windows), fc.constant(windows === 0 ? 0 : length));
    });
    await fc.assert(fc.asyncProperty(cases, async ([given, a, b, length]) => {
      await writeRanks(path, given);
      assert.deepEqual(readRanks(path), { ...given });
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      assert.deepEqual(readRanks(path, { from, to }), {
        greater: given.greater.slice(from, to),
        equal: given.equal.slice(from, to),
        top: given.top.slice(from * length, to * length),
      });
    }));
  });

  it("is a safetensors file with one row a window", async () => {
    const { greater, equal, top } = decodeSafetensors(await bytesOf(ranks));
    assert.deepEqual([greater!.shape, equal!.shape, top!.shape], [[3], [3], [3, 2]]);
    assert.deepEqual([...top!.values], [...ranks.top]);
  });

  it("has the same bytes for the same ranks", async () => {
    assert.deepEqual(await bytesOf(ranks), await bytesOf({ ...ranks, top: ranks.top.slice() }));
  });

  it("refuses a file that was cut short, and rows that it has not, naming it", async () => {
    const bytes = await bytesOf(ranks);
    const refusal = { name: "WeightsError", message: new RegExp(path) };
    assert.throws(() => readRanks(path, { from: 2, to: 4 }), refusal);
    Deno.writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    assert.throws(() => readRanks(path), refusal);
  });

  it("refuses tensors that are no ranks, by name", () => {
    const column = { shape: [2], values: Int32Array.of(0, 1) };
    const wrong = (tensors: PlainTensors, message: RegExp) => {
      Deno.writeFileSync(path, encodeSafetensors(tensors));
      assert.throws(() => readRanks(path), { name: "WeightsError", message });
    };
    wrong({ greater: column, equal: column }, /Cannot read column "top" of .*: there is none of that name/);
    const top = { shape: [1, 2], values: Int32Array.of(1, 2) };
    wrong({ greater: column, equal: column, top }, /"top" is \[1,2\], wanted whole numbers of 2 windows/);
    wrong({ greater: column, equal: top, top }, /"equal" is \[1,2\], wanted whole numbers of 2 windows/);
    wrong(
      { greater: column, equal: column, top: { shape: [2], values: new Float32Array(2) } },
      /dtype "F32", wanted I32/,
    );
  });
});
