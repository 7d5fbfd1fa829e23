import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { Message } from "../../src/engine/graph/protobuf.ts";

describe("a protocol buffer under construction", () => {
  it("takes a message of more fields than a call takes arguments", () => {
    // A field of the number 1 holding 1 is 08 01; half a million of them, nested in field 2: 12, their length as a varint, c0 84 3d.
    const many = new Message();
    const none = new Uint8Array(0);
    for (let field = 0; field < 250_000; field++) many.integer(1, 1).binary(1, none);
    const bytes = new Message().message(2, many).bytes();
    assert.equal(bytes.length, 1_000_000 + 4);
    assert.deepEqual([...bytes.subarray(0, 8)], [0x12, 0xc0, 0x84, 0x3d, 0x08, 0x01, 0x0a, 0x00]);
  });

  it("nests small messages and large ones the same way", () => {
    const nested = (size: number) =>
      new Message().message(1, new Message().message(2, new Message().binary(3, new Uint8Array(size)))).bytes();
    // Tag and length of each level before the bytes: lengths under 128 take one byte, under 16,384 two.
    assert.deepEqual([...nested(1)], [0x0a, 0x05, 0x12, 0x03, 0x1a, 0x01, 0x00]);
    assert.deepEqual([...nested(5000).subarray(0, 9)], [0x0a, 0x8e, 0x27, 0x12, 0x8b, 0x27, 0x1a, 0x88, 0x27]);
  });
});
