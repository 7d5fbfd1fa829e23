/**
 * UnsortedSegmentSum, the gradient of a gather, which tfjs's WebAssembly backend lacks.
 * @module
 */
import type { KernelConfig } from "../tfjs.ts";
import { addressOf, floats, integers, sizeOf, type WasmBackend } from "./heap.ts";

/** Sums rows of x by segment; ids outside [0, numSegments) are left out, as TensorFlow does with negative ones. */
export const unsortedSegmentSum: KernelConfig = {
  kernelName: "UnsortedSegmentSum",
  backendName: "wasm",
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const x = inputs["x"]!;
    const ids = inputs["segmentIds"]!;
    const segments = attrs!["numSegments"] as number;
    const rowShape = x.shape.slice(ids.shape.length);
    const out = backend.makeOutput([segments, ...rowShape], x.dtype);
    const heap = x.dtype === "int32" ? integers(backend) : floats(backend);
    const width = sizeOf(rowShape);
    const from = addressOf(backend, x) / 4;
    const to = addressOf(backend, out) / 4;
    const idsAt = addressOf(backend, ids) / 4;
    const idHeap = integers(backend);
    heap.fill(0, to, to + segments * width);
    for (let row = 0; row < sizeOf(ids.shape); row++) {
      const id = idHeap[idsAt + row]!;
      if (id < 0 || id >= segments) continue;
      const source = from + row * width;
      const target = to + id * width;
      for (let i = 0; i < width; i++) heap[target + i] = heap[target + i]! + heap[source + i]!;
    }
    return out;
  },
};
