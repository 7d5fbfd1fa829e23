import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { widen } from "../../src/adapters/widen.ts";

const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
const finite = (exponent: number) => all.filter((bits) => (bits & exponent) !== exponent);

describe("widen()", () => {
  it("gives every finite float16 as the platform's Float16Array has it", () => {
    const bits = finite(0x7c00);
    const found = new Float32Array(bits.length);
    assert.equal(widen("F16", bits, new Uint32Array(found.buffer)), -1);
    const wanted = Float32Array.from(new Float16Array(bits.buffer));
    assert.deepEqual(new Uint32Array(found.buffer), new Uint32Array(wanted.buffer));
  });

  it("gives every finite bfloat16 as the float32 of the same upper half", () => {
    const bits = finite(0x7f80);
    const found = new Float32Array(bits.length);
    assert.equal(widen("BF16", bits, new Uint32Array(found.buffer)), -1);
    const view = new DataView(new ArrayBuffer(4));
    bits.forEach((half, at) => {
      view.setUint16(0, half);
      assert.ok(Object.is(found[at], view.getFloat32(0)));
    });
  });

  it("says where the first number is that is infinite or none", () => {
    const into = new Uint32Array(3);
    for (const bad of [0x7c00, 0xfc00, 0x7e00]) assert.equal(widen("F16", Uint16Array.of(1, bad, bad), into), 1);
    for (const bad of [0x7f80, 0xff80, 0x7fc0]) assert.equal(widen("BF16", Uint16Array.of(1, 2, bad), into), 2);
    const floats = Float32Array.of(-Infinity, 1, NaN);
    assert.equal(widen("F32", new Uint32Array(floats.buffer), into), 0);
    assert.equal(widen("F32", new Uint32Array(floats.buffer, 4), into), 1);
  });
});
