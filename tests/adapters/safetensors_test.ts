import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { decodeSafetensors, encodeSafetensors, WeightsError } from "../../src/adapters/safetensors.ts";

/** A file built by hand from the format's description. */
function handMade(header: unknown, data: number[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const floats = Float32Array.from(data);
  const bytes = new Uint8Array(8 + json.length + floats.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(new Uint8Array(floats.buffer), 8 + json.length);
  return bytes;
}

describe("decodeSafetensors()", () => {
  it("reads a file written byte by byte from the format's description", () => {
    const file = handMade({ w: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] } }, [1, 2, 3, 4]);
    assert.deepEqual(decodeSafetensors(file), { w: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } });
  });

  it("reads back what encodeSafetensors() wrote, floats and integers", () => {
    const tensors = {
      b: { shape: [3], values: Float32Array.of(0.1, -2, 3e7) },
      a: { shape: [1, 2], values: Int32Array.of(-1, 7) },
    };
    assert.deepEqual(decodeSafetensors(encodeSafetensors(tensors)), tensors);
  });

  const wrong: readonly [string, Uint8Array, RegExp][] = [
    ["a file too short for a header", new Uint8Array(3), /3 bytes/],
    ["a header longer than the file", handMade({ w: 1 }, []).subarray(0, 10), /header of/],
    ["a header that is not JSON", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0x7b), /not JSON/],
    ["an unknown dtype", handMade({ w: { dtype: "F64", shape: [1], data_offsets: [0, 8] } }, [1, 2]), /"w".*dtype F64/],
    [
      "a truncated tensor",
      handMade({ w: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, [1, 2]),
      /"w".*bytes 0 to 16 of 8/,
    ],
    [
      "a range that does not fit its shape",
      handMade({ w: { dtype: "F32", shape: [4], data_offsets: [0, 8] } }, [1, 2]),
      /"w".*shape \[4\]/,
    ],
  ];
  for (const [what, bytes, message] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => decodeSafetensors(bytes, "x.safetensors"),
        (error: Error) => error instanceof WeightsError && message.test(error.message),
      );
    });
  }
});
