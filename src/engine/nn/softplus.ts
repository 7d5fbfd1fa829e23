/**
 * Softplus without overflow.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), exact to rounding for any finite x; -log sigmoid(x) is softplus(-x). */
export const softplus = (x: Tensor): Tensor => stable({ x }, {});

const stable = definePrimitive<{ x: Tensor }, Record<string, never>>({
  name: "StableSoftplus",
  forward: ({ x }) => [tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))))],
  saveInputs: ["x"],
  gradient: (dy, [x]) => ({ x: () => tf.mul(dy, tf.sigmoid(x!)) }),
});
