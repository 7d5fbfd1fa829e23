/**
 * A linear map with PyTorch's layout.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { biasAdd, onTensorflow, sumOfRows } from "../tensorflow_ops.ts";
import { type Tensor, tf } from "../tfjs.ts";
import { multiply } from "./matrix_product.ts";

/**
 * `x` [..., in] times `weight` [out, in] transposed, plus `bias` [out] if given: [..., out].
 *
 * @throws {RangeError} when the widths do not fit.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const width = x.shape.at(-1);
  const [outputs, inputs] = weight.shape;
  if (weight.rank !== 2 || width !== inputs || (bias !== undefined && bias.size !== outputs)) {
    throw new RangeError(
      `Cannot apply a linear map: x is [${x.shape}], weight [${weight.shape}], bias [${bias?.shape ?? ""}]; ` +
        `[..., in], [out, in] and [out] are needed`,
    );
  }
  const rows = product({ x: x.rank === 2 ? x : tf.reshape(x, [-1, inputs!]), weight }, {});
  const shifted = bias === undefined ? rows : shift({ x: rows, bias }, {});
  // A matrix stays as it is: TensorFlow can fuse a product with what follows it, but not across a reshape.
  return x.rank === 2 ? shifted : tf.reshape(shifted, [...x.shape.slice(0, -1), outputs!]);
}

const product = definePrimitive<{ x: Tensor; weight: Tensor }, Record<string, never>>({
  name: "LinearProduct",
  forward: ({ x, weight }) => [multiply(x, weight, false, true)],
  saveInputs: ["x", "weight"],
  gradient: (dy, [x, weight]) => ({
    x: () => multiply(dy, weight!),
    weight: () => multiply(dy, x!, true, false),
  }),
});

const shift = definePrimitive<{ x: Tensor; bias: Tensor }, Record<string, never>>({
  name: "LinearShift",
  forward: ({ x, bias }) => [onTensorflow() ? biasAdd(x, bias) : tf.add(x, bias)],
  gradient: (dy) => ({
    x: () => dy,
    bias: () => sumOfRows(dy),
  }),
});
