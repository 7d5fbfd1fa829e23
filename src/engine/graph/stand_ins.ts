/**
 * Stand-ins for a trace's large tensors: one block of zeros that all of them share.
 *
 * A trace needs the shapes that kernels give, not their values, yet everything a step ever computes lives until its end: several times the memory that
 * the graph needs, which drops a value as soon as its last reader has run.
 * @module
 */
import type { NodeBinding, TensorMetadata } from "../tfjs.ts";
import { DATA_TYPES } from "./graph_def.ts";

/** Numbers below which a tensor stays as it is. */
const LARGE = 2 ** 16;

/** Puts stand-ins in the place of results. */
export interface StandIns {
  /** The result itself where it is small; else a tensor of its shape within the block, and the result is let go. */
  replace(result: TensorMetadata): TensorMetadata;
  /** Frees the block. Stand-ins that are still in use keep it. */
  dispose(): void;
}

/** Stand-ins for results of `binding`'s kernels. */
export function standIns(binding: NodeBinding): StandIns {
  let block: { readonly id: number; readonly size: number } | undefined;
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const integers = (values: readonly number[]) =>
    binding.createTensor([values.length], DATA_TYPES.int32, Int32Array.from(values));
  const run = (
    op: string,
    attributes: ReturnType<typeof type>[],
    inputs: readonly number[],
    made: readonly number[],
  ) => {
    const [result] = binding.executeOp(op, attributes, [...inputs, ...made], 1);
    for (const id of made) binding.deleteTensor(id);
    return result!;
  };
  const float = type("T", DATA_TYPES.float32);

  function blockOf(size: number): number {
    if (block === undefined || block.size < size) {
      if (block !== undefined) binding.deleteTensor(block.id);
      const zero = binding.createTensor([], DATA_TYPES.float32, new Float32Array(1));
      const shape = integers([size]);
      const { id } = run("Fill", [float, type("index_type", DATA_TYPES.int32)], [], [shape, zero]);
      block = { id, size };
    }
    return block.id;
  }
  return {
    replace(result) {
      const size = result.shape.reduce((a, b) => a * b, 1);
      if (result.dtype !== DATA_TYPES.float32 || size < LARGE) return result;
      binding.deleteTensor(result.id);
      // Neither a slice from the front nor a reshape copies anything.
      const index = type("Index", DATA_TYPES.int32);
      const part = run("Slice", [float, index], [blockOf(size)], [integers([0]), integers([size])]);
      const reshaped = run("Reshape", [float, type("Tshape", DATA_TYPES.int32)], [part.id], [integers(result.shape)]);
      binding.deleteTensor(part.id);
      return { ...result, id: reshaped.id };
    },
    dispose() {
      if (block !== undefined) binding.deleteTensor(block.id);
    },
  };
}
