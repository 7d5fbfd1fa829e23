/**
 * Writing protocol buffers: as much of the wire format as a TensorFlow graph needs.
 * @module
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Bytes up to which a nested message becomes one piece: a graph has a million of its fields, of a few bytes each. */
const SMALL = 2 ** 12;

const encoder = new TextEncoder();

/**
 * One message under construction: fields are appended in call order, `bytes()` gives the encoding.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Message } from "./protobuf.ts";
 * // The encoding guide's first example: field 1 holding 150 is 08 96 01.
 * const bytes = new Message().integer(1, 150).bytes();
 * assert.deepEqual([...bytes], [0x08, 0x96, 0x01]);
 * ```
 */
export class Message {
  #chunks: Uint8Array[] = [];
  #pending: number[] = [];
  #size = 0;

  /** An int32, int64, enum or bool field; negative numbers take ten bytes, as the format wants. */
  integer(field: number, value: number | bigint | boolean): this {
    this.#tag(field, VARINT);
    this.#varint(BigInt(value));
    return this;
  }

  /** A float field. */
  float(field: number, value: number): this {
    this.#tag(field, FIXED32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#pending.push(...bytes);
    return this;
  }

  /** A bytes field; the array is kept by reference until {@linkcode bytes} is called. */
  binary(field: number, value: Uint8Array): this {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(BigInt(value.length));
    this.#flush();
    this.#chunks.push(value);
    this.#size += value.length;
    return this;
  }

  /** A string field. */
  text(field: number, value: string): this {
    return this.binary(field, encoder.encode(value));
  }

  /** A nested message. */
  message(field: number, value: Message): this {
    this.#tag(field, LENGTH_DELIMITED);
    value.#flush();
    this.#varint(BigInt(value.#size));
    this.#flush();
    if (value.#size <= SMALL) this.#chunks.push(value.bytes());
    else for (const chunk of value.#chunks) this.#chunks.push(chunk);
    this.#size += value.#size;
    return this;
  }

  /** The encoding of everything written so far. */
  bytes(): Uint8Array<ArrayBuffer> {
    this.#flush();
    const out = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(BigInt(field * 8 + wireType));
  }

  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#pending.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#pending.push(Number(rest));
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    this.#chunks.push(Uint8Array.from(this.#pending));
    this.#size += this.#pending.length;
    this.#pending = [];
  }
}
