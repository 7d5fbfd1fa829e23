/**
 * Products of many rows with a few others, on the engine.
 * @module
 */
import { tf } from "./tfjs.ts";
import type { Engine, Tensor } from "./types.ts";

/** Ready to be asked again and again. */
export interface RowProducts {
  /** How far one number may move, relatively, before it is multiplied: rounding to float32, or what a GPU's TensorFloat-32 units keep of it. */
  readonly rounding: number;
  /**
   * All products of two lists of rows, added up in float32 in any order.
   *
   * @param rows [n, width] row-major
   * @param others [k, width] row-major
   * @returns [n, k] row-major
   */
  of(rows: Float32Array, others: Float32Array, width: number): Promise<Float32Array>;
  /** Frees the step. */
  dispose(): void;
}

/** Bits of a number that TensorFlow multiplies with on a GPU, unless told otherwise: ten behind the point, be the rest cut off. */
const TENSOR_FLOAT_32 = 2 ** -10;
const FLOAT_32 = 2 ** -24;

/**
 * Compiles the product.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openEngine } from "./open.ts";
 * import { rowProducts } from "./row_products.ts";
 * const engine = await openEngine("cpu");
 * const products = rowProducts(engine);
 * assert.deepEqual([...await products.of(Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 10), 2)], [21, 43]);
 * products.dispose();
 * engine.close();
 * ```
 */
export function rowProducts(engine: Pick<Engine, "rung" | "device" | "compile">): RowProducts {
  const step = engine.compile(
    ({ rows, others }: { rows: Tensor; others: Tensor }) => ({
      outputs: { products: tf.matMul(rows, others, false, true) },
    }),
    { name: "products of rows" },
  );
  return {
    rounding: engine.rung === "tensorflow" && engine.device !== "cpu" ? TENSOR_FLOAT_32 : FLOAT_32,
    async of(rows, others, width) {
      const inputs = {
        rows: tf.tensor2d(rows, [rows.length / width, width]),
        others: tf.tensor2d(others, [others.length / width, width]),
      };
      const { products } = step.run(inputs);
      const values = await products.data() as Float32Array;
      tf.dispose([inputs.rows, inputs.others, products]);
      return values;
    },
    dispose: () => step.dispose(),
  };
}
