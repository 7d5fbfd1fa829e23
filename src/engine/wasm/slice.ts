/**
 * Slice and SplitV by runs of neighbouring values. tfjs's own read the whole tensor out of the heap for every part taken.
 * @module
 */
import { type KernelConfig, type TensorInfo, tf } from "../tfjs.ts";
import { addressOf, bytesOf, sizeOf, type WasmBackend } from "./heap.ts";

/** Copies the box of `size` that begins at `begin`. */
function takeBox(backend: WasmBackend, x: TensorInfo, begin: readonly number[], size: readonly number[]): TensorInfo {
  const out = backend.makeOutput(size, x.dtype);
  if (sizeOf(size) === 0) return out;
  const bytes = bytesOf(x.dtype);
  const heap = backend.wasm.HEAPU8;
  // Axes after `last` are whole: one run holds them and the box's extent along `last`.
  let last = size.length - 1;
  while (last > 0 && size[last] === x.shape[last]) last--;
  const strides = size.map((_, axis) => sizeOf(x.shape.slice(axis + 1)) * bytes);
  const run = sizeOf(size.slice(Math.max(last, 0))) * bytes;
  let target = addressOf(backend, out);
  const copy = (axis: number, source: number): void => {
    if (axis >= last) {
      const start = source + (begin[axis] ?? 0) * (strides[axis] ?? 0);
      heap.copyWithin(target, start, start + run);
      target += run;
      return;
    }
    for (let i = 0; i < size[axis]!; i++) copy(axis + 1, source + (begin[axis]! + i) * strides[axis]!);
  };
  copy(0, addressOf(backend, x));
  return out;
}

/** The kernel to register for "Slice" on wasm. */
export const slice: KernelConfig = {
  kernelName: "Slice",
  backendName: "wasm",
  kernelFunc({ inputs, backend, attrs }) {
    const x = inputs["x"]!;
    const { begin, size } = attrs as unknown as { begin: number[]; size: number[] };
    const [from, extent] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as tf.Tensor, from, extent);
    return takeBox(backend as WasmBackend, x, from, extent);
  },
};

/** The kernel to register for "SplitV" on wasm. */
export const splitV: KernelConfig = {
  kernelName: "SplitV",
  backendName: "wasm",
  kernelFunc({ inputs, backend, attrs }) {
    const x = inputs["x"]!;
    const { numOrSizeSplits, axis } = attrs as unknown as { numOrSizeSplits: number | number[]; axis: number };
    const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
    const begin = x.shape.map(() => 0);
    return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along).map((length) => {
      const part = takeBox(backend as WasmBackend, x, begin, x.shape.map((whole, i) => i === along ? length : whole));
      begin[along]! += length;
      return part;
    });
  },
};
