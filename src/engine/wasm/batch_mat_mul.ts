/**
 * tfjs's BatchMatMul on {@linkcode multiplierFor}: any rank of two or more, broadcast batches, both transposes.
 * @module
 */
import { EngineError } from "../errors.ts";
import { type KernelConfig, type TensorInfo, tf } from "../tfjs.ts";
import { addressOf, sizeOf, type WasmBackend } from "./heap.ts";
import { type Multiplier, multiplierFor } from "./product.ts";

const FLOAT = 4;

/** The kernel to register for "BatchMatMul" on wasm. */
export const batchMatMul: KernelConfig = {
  kernelName: "BatchMatMul",
  backendName: "wasm",
  kernelFunc({ inputs, backend, attrs }) {
    const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
    return product(backend as WasmBackend, inputs["a"]!, inputs["b"]!, transposeA, transposeB);
  },
};

let multiplier: { readonly backend: WasmBackend; readonly value: Multiplier } | undefined;

function product(
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  if (a.dtype !== "float32" || b.dtype !== "float32") {
    throw new EngineError(`Cannot multiply matrices on "wasm": ${a.dtype} by ${b.dtype}, float32 is needed`);
  }
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [depthOfB, columns] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (depth !== depthOfB) {
    throw new EngineError(`Cannot multiply matrices on "wasm": inner dimensions ${depth} and ${depthOfB} differ`);
  }
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = backend.makeOutput([...batchShape, rows, columns], "float32");
  if (multiplier?.backend !== backend) multiplier = { backend, value: multiplierFor(backend) };
  multiplier.value.reserve(columns, depth);
  const aBatches = batchIndices(a.shape.slice(0, -2), batchShape);
  const bBatches = batchIndices(b.shape.slice(0, -2), batchShape);
  const [aStart, bStart, outStart] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)];
  for (let batch = 0; batch < sizeOf(batchShape); batch++) {
    multiplier.value.multiply({
      a: aStart + aBatches(batch) * rows * depth * FLOAT,
      b: bStart + bBatches(batch) * depth * columns * FLOAT,
      c: outStart + batch * rows * columns * FLOAT,
      ...{ rows, depth, columns, transposeA, transposeB },
    });
  }
  return out;
}

/** Which matrix of `shape` belongs to the n-th of the broadcast batch. */
function batchIndices(shape: readonly number[], broadcast: readonly number[]): (batch: number) => number {
  if (sizeOf(shape) === sizeOf(broadcast)) return (batch) => batch;
  if (sizeOf(shape) === 1) return () => 0;
  const padded = [...new Array<number>(broadcast.length - shape.length).fill(1), ...shape];
  return (batch) => {
    let index = 0;
    let step = 1;
    for (let axis = broadcast.length - 1, rest = batch; axis >= 0; axis--) {
      const position = rest % broadcast[axis]!;
      rest = Math.floor(rest / broadcast[axis]!);
      if (padded[axis] !== 1) index += position * step;
      step *= padded[axis]!;
    }
    return index;
  };
}
