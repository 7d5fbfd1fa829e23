/**
 * GatherV2 by whole rows; tfjs's own works out every element's place anew.
 * @module
 */
import { EngineError } from "../errors.ts";
import { type KernelConfig, tf } from "../tfjs.ts";
import { addressOf, bytesOf, integers, sizeOf, type WasmBackend } from "./heap.ts";

/** Bytes of a float or an integer: a copy as an integer keeps either's bits. */
const NUMBER = 4;

/** The kernel to register for "GatherV2" on wasm. An index outside its axis throws. */
export const gather: KernelConfig = {
  kernelName: "GatherV2",
  backendName: "wasm",
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const x = inputs["x"]!;
    const indices = inputs["indices"]!;
    const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
    const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } = tf.backend_util.segment_util
      .collectGatherOpShapeInfo(x as tf.Tensor, indices as tf.Tensor, along, batchDims);
    const out = backend.makeOutput(outputShape, x.dtype);
    const run = sliceSize * bytesOf(x.dtype);
    const perBatch = sizeOf(indices.shape) / batchSize;
    const heap = backend.wasm.HEAPU8;
    const numbers = integers(backend);
    const ids = integers(backend).subarray(addressOf(backend, indices) / 4);
    const from = addressOf(backend, x);
    let target = addressOf(backend, out);
    for (let batch = 0; batch < batchSize; batch++) {
      for (let outer = 0; outer < outerSize; outer++) {
        const base = from + (batch * outerSize + outer) * dimSize * run;
        for (let i = 0; i < perBatch; i++, target += run) {
          const index = ids[batch * perBatch + i]!;
          if (index < 0 || index >= dimSize) {
            throw new EngineError(`Cannot gather: index ${index} is not in 0..${dimSize - 1}`);
          }
          // A call for each number would take many times as long as the number itself.
          if (run === NUMBER) numbers[target / NUMBER] = numbers[base / NUMBER + index]!;
          else heap.copyWithin(target, base + index * run, base + (index + 1) * run);
        }
      }
    }
    return out;
  },
};
