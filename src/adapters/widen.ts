/**
 * Floats of 32, 16 and "brain" 16 bits as float32. Every one of them is a float32, so nothing is rounded.
 * @module
 */

/** Floats that are widened, with the bytes each takes in a file. */
export const FLOAT_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

/** Name of a kind of floats. */
export type FloatDtype = keyof typeof FLOAT_BYTES;

/** Exponents of all ones are infinite or NaN. */
const F32_EXPONENT = 0x7f800000;
const F16_EXPONENT = 0x7c00;
const BF16_EXPONENT = 0x7f80;

/**
 * Widens the bits of floats.
 *
 * @param from The floats as they lie in a file: 16 bits each, or 32 for F32.
 * @param into The bits of as many float32; of F32 it may be the same array.
 * @returns The first that is infinite or NaN, -1 where there is none; what comes behind it is not written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const floats = new Float32Array(2);
 * assert.equal(widen("F16", Uint16Array.of(0x3c00, 0xc000), new Uint32Array(floats.buffer)), -1);
 * assert.deepEqual([...floats], [1, -2]);
 * ```
 */
export function widen(dtype: FloatDtype, from: Uint16Array | Uint32Array, into: Uint32Array): number {
  switch (dtype) {
    case "F32":
      return copyFinite(from, into);
    case "BF16":
      return shift(from, into);
    case "F16":
      return lookUp(from, into, halves());
  }
}

function copyFinite(from: Uint16Array | Uint32Array, into: Uint32Array): number {
  for (let at = 0; at < from.length; at++) {
    const bits = from[at]!;
    if ((bits & F32_EXPONENT) === F32_EXPONENT) return at;
    into[at] = bits;
  }
  return -1;
}

function shift(from: Uint16Array | Uint32Array, into: Uint32Array): number {
  for (let at = 0; at < from.length; at++) {
    const bits = from[at]!;
    if ((bits & BF16_EXPONENT) === BF16_EXPONENT) return at;
    into[at] = bits << 16;
  }
  return -1;
}

function lookUp(from: Uint16Array | Uint32Array, into: Uint32Array, table: Uint32Array): number {
  for (let at = 0; at < from.length; at++) {
    const bits = from[at]!;
    if ((bits & F16_EXPONENT) === F16_EXPONENT) return at;
    into[at] = table[bits]!;
  }
  return -1;
}

let table: Uint32Array | undefined;

/** The float32 of every half: sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16). */
function halves(): Uint32Array {
  if (table !== undefined) return table;
  const floats = new Float32Array(2 ** 16);
  for (let bits = 0; bits < floats.length; bits++) {
    const [exponent, fraction] = [bits >> 10 & 0x1f, (bits & 0x3ff) / 1024];
    const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    floats[bits] = bits & 0x8000 ? -size : size;
  }
  return table = new Uint32Array(floats.buffer);
}
