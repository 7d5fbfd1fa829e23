/**
 * Many parameters as one vector and back: an optimiser updates one vector with a dozen kernels, not each parameter with a dozen.
 * @module
 */
import { type Tensor, type Tensor1D, tf } from "./tfjs.ts";
import type { TensorMap } from "./types.ts";

/** Where each parameter lies in the vector. */
export interface Layout {
  readonly entries: readonly LayoutEntry[];
  /** Numbers in the whole vector. */
  readonly size: number;
}

/** One parameter's place. */
export interface LayoutEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The layout of parameters of the given shapes, in the record's order. */
export function layoutOf(shapes: Readonly<Record<string, readonly number[]>>): Layout {
  let offset = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const entry = { name, shape: [...shape], offset, size };
    offset += size;
    return entry;
  });
  return { entries, size: offset };
}

/**
 * All tensors of the map, one after the other.
 *
 * @example
 * ```ts
 * import { flatten, unflatten } from "./flat.ts";
 * import { openEngine } from "./open.ts";
 * import { tf } from "./tfjs.ts";
 * const engine = await openEngine("cpu");
 * const { flat, layout } = flatten({ a: tf.tensor2d([[1, 2]]), b: tf.scalar(3) });
 * console.assert(flat.shape[0] === 3 && unflatten(flat, layout).a!.shape.join() === "1,2");
 * engine.close();
 * ```
 */
export function flatten(map: TensorMap): { flat: Tensor1D; layout: Layout } {
  const layout = layoutOf(Object.fromEntries(Object.entries(map).map(([name, { shape }]) => [name, shape])));
  const flat = tf.tidy(() => tf.concat1d(Object.values(map).map((tensor) => tf.reshape(tensor, [tensor.size]))));
  return { flat, layout };
}

/** The tensors of a vector made by {@linkcode flatten}. Its gradient is one concatenation. */
export function unflatten(flat: Tensor, layout: Layout): Record<string, Tensor> {
  if (flat.size !== layout.size) {
    throw new RangeError(
      `Cannot take parameters out of a vector of ${flat.size} numbers: the layout has ${layout.size}`,
    );
  }
  const parts = tf.split(tf.reshape(flat, [flat.size]), layout.entries.map(({ size }) => size));
  return Object.fromEntries(layout.entries.map(({ name, shape }, k) => [name, tf.reshape(parts[k]!, [...shape])]));
}
