/**
 * Safetensors files written from the format's description, so that any part of them may lie.
 * @module
 */

/** A file of the given header, an object or the text itself, and floats. */
export function handMade(header: unknown, data: readonly number[], length?: bigint): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const floats = Float32Array.from(data);
  const bytes = new Uint8Array(8 + json.length + floats.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(new Uint8Array(floats.buffer), 8 + json.length);
  return bytes;
}
