/**
 * TensorFlow.js's WebAssembly backend as the kernels here use it: tensors are addresses in one memory.
 * @module
 */
import type { DataType, TensorInfo } from "../tfjs.ts";

/** The backend, with the members its own types hide. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(id: object): { readonly id: number; readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  incRef(id: object): void;
}

/** Where a tensor's values begin, in bytes. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** All memory as floats. Take it after the last allocation: memory that grows leaves older views empty. */
export function floats(backend: WasmBackend): Float32Array {
  return new Float32Array(backend.wasm.asm.memory.buffer);
}

/** All memory as integers; the same caution holds. */
export function integers(backend: WasmBackend): Int32Array {
  return new Int32Array(backend.wasm.asm.memory.buffer);
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Bytes of one element. */
export function bytesOf(dtype: DataType): number {
  return dtype === "bool" ? 1 : 4;
}
