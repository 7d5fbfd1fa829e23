/**
 * Sums over leading axes without a transpose first; other sums stay with tfjs's own kernel.
 * @module
 */
import { type KernelConfig, type KernelFunc, tf } from "../tfjs.ts";
import { addressOf, floats, sizeOf, type WasmBackend } from "./heap.ts";

/** The kernel to register for "Sum" on wasm, in front of the backend's own. */
export function sumBefore(own: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = (args) => {
    const x = args.inputs["x"]!;
    const { axis, keepDims } = args.attrs as unknown as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const leading = axes.length < x.shape.length && axes.every((value, index) => value === index);
    if (!leading || x.dtype !== "float32" || sizeOf(x.shape) === 0) return own.kernelFunc(args);
    const backend = args.backend as WasmBackend;
    const rest = x.shape.slice(axes.length);
    const out = backend.makeOutput(keepDims ? [...axes.map(() => 1), ...rest] : rest, "float32");
    const heap = floats(backend);
    const width = sizeOf(rest);
    // Sums in double precision: thousands of rows are added up one by one.
    const sums = new Float64Array(width);
    const from = addressOf(backend, x) / 4;
    const end = from + sizeOf(x.shape);
    for (let row = from; row < end; row += width) {
      for (let i = 0; i < width; i++) sums[i]! += heap[row + i]!;
    }
    heap.set(sums, addressOf(backend, out) / 4);
    return out;
  };
  return { ...own, kernelFunc };
}
