/**
 * Checkpoint folders written by hand, of floats of any kind.
 * @module
 */
import { join } from "node:path";

/** A tensor's bytes and what a header says of them. */
export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Halves of these bits. */
export const halves = (dtype: "F16" | "BF16", shape: readonly number[], ...bits: number[]): RawTensor => ({
  dtype,
  shape,
  bytes: new Uint8Array(Uint16Array.from(bits).buffer),
});

/** Floats of 32 bits. */
export const floats = (shape: readonly number[], ...values: number[]): RawTensor => ({
  dtype: "F32",
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** A safetensors file of these, one behind the other. */
export function fileOf(tensors: Readonly<Record<string, RawTensor>>): Uint8Array {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
      const data_offsets = [at, at += bytes.length];
      return [name, { dtype, shape, data_offsets }];
    }),
  );
  const json = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let place = 8 + json.length;
  for (const { bytes } of Object.values(tensors)) {
    file.set(bytes, place);
    place += bytes.length;
  }
  return file;
}

/** Writes a folder's files: text, bytes, or what becomes JSON. */
export function writeFolder(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [name, content] of Object.entries(files)) {
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    Deno.writeFileSync(join(folder, name), bytes);
  }
}
