/**
 * The safetensors format: named tensors in one file, read and written whole.
 *
 * Layout (Hugging Face safetensors): eight bytes little-endian header length, a JSON header that names dtype, shape and byte range of every
 * tensor, then the bytes. Only 32-bit floats and integers are needed here.
 * @module
 */

/** A tensor as plain numbers, row-major. */
export interface PlainTensor {
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** As many as the shape's product; the array's class is the dtype. */
  readonly values: Float32Array | Int32Array;
}

/** Tensors by name. */
export type PlainTensors = Readonly<Record<string, PlainTensor>>;

/** A weights file that cannot be read as what it claims to be. */
export class WeightsError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "WeightsError";
}

const HEADER_LIMIT = 100_000_000;
const DTYPES: Readonly<Record<string, typeof Float32Array | typeof Int32Array>> = {
  F32: Float32Array,
  I32: Int32Array,
};

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Writes tensors in the safetensors layout, names in alphabetical order so that equal tensors give equal bytes.
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 * const bytes = encodeSafetensors({ w: { shape: [2], values: Float32Array.of(1, 2) } });
 * console.assert(decodeSafetensors(bytes).w?.values[1] === 2);
 * ```
 */
export function encodeSafetensors(tensors: PlainTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const name of names) {
    const { shape, values } = tensors[name]!;
    const elements = shape.reduce((a, b) => a * b, 1);
    if (elements !== values.length) {
      throw new RangeError(`Cannot write tensor "${name}": ${values.length} values for shape [${shape}]`);
    }
    const dtype = values instanceof Float32Array ? "F32" : "I32";
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  let json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > json.length) {
    const wide = new Uint8Array(padded).fill(0x20);
    wide.set(json);
    json = wide;
  }
  const bytes = new Uint8Array(8 + json.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  let at = 8 + json.length;
  for (const name of names) {
    const { values } = tensors[name]!;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Reads every tensor of a safetensors file.
 *
 * @throws {WeightsError} naming `source` and the tensor: truncated file, header that is not JSON, unknown dtype, range or shape that do not fit.
 */
export function decodeSafetensors(bytes: Uint8Array, source = "safetensors"): PlainTensors {
  if (bytes.length < 8) throw new WeightsError(`Cannot read ${source}: ${bytes.length} bytes are no safetensors file`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > HEADER_LIMIT || 8 + length > bytes.length) {
    throw new WeightsError(`Cannot read ${source}: header of ${length} bytes in a file of ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length), source);
  const data = bytes.subarray(8 + length);
  const tensors: Record<string, PlainTensor> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    tensors[name] = readEntry(name, entry, data, source);
  }
  return tensors;
}

function parseHeader(bytes: Uint8Array, source: string): Record<string, HeaderEntry> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null) return header as Record<string, HeaderEntry>;
  } catch (cause) {
    throw new WeightsError(`Cannot read ${source}: its header is not JSON`, { cause });
  }
  throw new WeightsError(`Cannot read ${source}: its header is not a JSON object`);
}

function readEntry(name: string, entry: HeaderEntry, data: Uint8Array, source: string): PlainTensor {
  const what = `Cannot read tensor "${name}" of ${source}`;
  if (!Array.isArray(entry?.shape) || !Array.isArray(entry.data_offsets)) {
    throw new WeightsError(`${what}: no shape or range`);
  }
  const Values = DTYPES[entry.dtype];
  if (Values === undefined) throw new WeightsError(`${what}: dtype ${entry.dtype}, wanted F32 or I32`);
  const [from, to] = entry.data_offsets;
  const elements = entry.shape.reduce((a, b) => a * b, 1);
  if (!(from >= 0 && to <= data.length && to - from === elements * 4)) {
    throw new WeightsError(`${what}: bytes ${from} to ${to} of ${data.length} for shape [${entry.shape}]`);
  }
  // A copy: the file's bytes need not lie on a four-byte border.
  return { shape: entry.shape, values: new Values(data.slice(from, to).buffer) };
}
