/**
 * Values and gradients of functions of named tensors.
 * @module
 */
import { type Scalar, type Tensor, tf } from "./tfjs.ts";
import type { TensorMap } from "./types.ts";

/**
 * The value of `f` at `params` and its gradient by each of them, under the same names.
 *
 * @throws {TypeError} when `f` gives no scalar, or does not use one of the parameters.
 * @example
 * ```ts
 * import { openEngine } from "./open.ts";
 * import { valueAndGrads } from "./gradients.ts";
 * import { tf } from "./tfjs.ts";
 * const engine = await openEngine("cpu");
 * const { grads } = valueAndGrads(({ x }) => tf.sum(tf.square(x)), { x: tf.tensor1d([1, 2]) });
 * console.assert(grads.x.dataSync().join() === "2,4");
 * engine.close();
 * ```
 */
export function valueAndGrads<P extends TensorMap>(f: (params: P) => Tensor, params: P): { value: Scalar; grads: P } {
  const names = Object.keys(params);
  const tensors = names.map((name) => params[name]!);
  const result = tf.tidy(() => {
    const { value, grads } = tf.valueAndGrads((...values: Tensor[]) => {
      const scalar = f(Object.fromEntries(names.map((name, k) => [name, values[k]!])) as unknown as P);
      if (scalar.rank !== 0) {
        throw new TypeError(`Cannot take gradients: the function gave shape [${scalar.shape}], a scalar is needed`);
      }
      return scalar;
    })(tensors);
    return [value, ...grads];
  });
  return {
    value: result[0]! as Scalar,
    grads: Object.fromEntries(names.map((name, k) => [name, result[k + 1]!])) as unknown as P,
  };
}
