/**
 * The safetensors format: named tensors in one file, read and written whole.
 *
 * Layout (Hugging Face safetensors): eight bytes little-endian header length, a JSON header that names dtype, shape and byte range of every
 * tensor, then the bytes. Only 32-bit floats and integers are needed here.
 * @module
 */
import type { PlainTensor, PlainTensors } from "../engine/plain_tensor.ts";
import { readBounded } from "./read_bounded.ts";
import { type Dtype, DTYPES, headerLength, LENGTH_BYTES, parseHeader, parseMetadata } from "./safetensors_header.ts";
import { WeightsError } from "./weights_error.ts";

/** Names that mean something else in a header, or in an object. */
const RESERVED = ["__metadata__", "__proto__"];

/** Larger files are read by nothing here: the largest backbone is far below. */
const FILE_LIMIT = 4e9;

/** How to read tensors. */
export interface DecodeOptions {
  /** Left out: NaN and infinite values are refused, for weights with them are of no use. A training's state may hold them. */
  readonly notFinite?: "keep";
  /** Names of tensors that are not read, whatever their dtype. */
  readonly leaveOut?: ReadonlySet<string>;
}

/**
 * Writes tensors in the safetensors layout, names in alphabetical order so that equal tensors give equal bytes.
 *
 * @throws RangeError for a tensor whose values do not fit its shape, or whose name the format keeps for itself
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 * const bytes = encodeSafetensors({ w: { shape: [2], values: Float32Array.of(1, 2) } });
 * console.assert(decodeSafetensors(bytes).w?.values[1] === 2);
 * ```
 */
export function encodeSafetensors(tensors: PlainTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = Object.keys(tensors).sort();
  for (const name of names) {
    const { shape, values } = tensors[name]!;
    const elements = shape.reduce((a, b) => a * b, 1);
    if (elements !== values.length) {
      throw new RangeError(`Cannot write tensor "${name}": ${values.length} values for shape [${shape}]`);
    }
  }
  const start = encodeStart(
    names.map((name) => {
      const { shape, values } = tensors[name]!;
      return { name, shape, dtype: values instanceof Float32Array ? "F32" : "I32" };
    }),
    metadata,
  );
  const size = names.reduce((sum, name) => sum + tensors[name]!.values.byteLength, 0);
  const bytes = new Uint8Array(start.length + size);
  bytes.set(start);
  let at = start.length;
  for (const name of names) {
    const { values } = tensors[name]!;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** What comes before the values of a file whose tensors follow in this order, so that they can be written as they become known. */
export function encodeStart(
  tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: Dtype }[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const { name, shape, dtype } of tensors) {
    if (RESERVED.includes(name)) throw new RangeError(`Cannot write tensor "${name}": wanted another name`);
    const end = offset + shape.reduce((a, b) => a * b, DTYPES[dtype].BYTES_PER_ELEMENT);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const start = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true);
  start.set(json, LENGTH_BYTES);
  return start;
}

/**
 * Reads every tensor of a safetensors file.
 *
 * @throws {WeightsError} naming `source` and the tensor: a truncated file; a header that is longer than the file, no JSON object, or names a
 * tensor twice; an unknown dtype; a shape or range that does not fit; bytes that belong to two tensors or to none; a value that is not finite.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  source = "safetensors",
  { notFinite, leaveOut = new Set() }: DecodeOptions = {},
): PlainTensors {
  const start = LENGTH_BYTES + headerLength(bytes, bytes.length, source);
  const data = bytes.subarray(start);
  const tensors: Record<string, PlainTensor> = {};
  const header = bytes.subarray(LENGTH_BYTES, start);
  for (const { name, dtype, shape, from, to } of parseHeader(header, data.length, source, leaveOut)) {
    if (leaveOut.has(name)) continue;
    // A copy: the file's bytes need not lie on a four-byte border.
    const values = new DTYPES[dtype](data.slice(from, to).buffer);
    if (notFinite === undefined) checkFinite(values, name, source);
    tensors[name] = { shape, values };
  }
  return tensors;
}

/**
 * Reads every tensor of a file, as {@linkcode decodeSafetensors} does. A header that cannot be right is refused before the rest is read.
 *
 * @throws {WeightsError} as {@linkcode decodeSafetensors}, and for what is no file or larger than 4 GB.
 */
export async function readSafetensors(path: string, options?: DecodeOptions): Promise<PlainTensors> {
  return decodeSafetensors(await readSafetensorsBytes(path), path, options);
}

/** The bytes of a file whose first ones are a safetensors file's. @throws {WeightsError} as {@linkcode readSafetensors}. */
export async function readSafetensorsBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await readBounded(path, FILE_LIMIT, (start, size) => void headerLength(start, size, path));
}

/** The texts a file carries beside its tensors. @throws {WeightsError} as {@linkcode decodeSafetensors}. */
export function safetensorsMetadata(bytes: Uint8Array, source = "safetensors"): Readonly<Record<string, string>> {
  const end = LENGTH_BYTES + headerLength(bytes, bytes.length, source);
  return parseMetadata(bytes.subarray(LENGTH_BYTES, end), source);
}

function checkFinite(values: Float32Array | Int32Array, name: string, source: string): void {
  if (values instanceof Int32Array) return;
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at])) continue;
    throw new WeightsError(
      `Cannot read tensor ${JSON.stringify(name)} of ${source}: value ${at} is ${values[at]}, wanted a finite number`,
    );
  }
}
