/**
 * Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415), the exact form.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

/** x Phi(x), where Phi is the normal distribution function: torch.nn.GELU() with its default, erf. */
export const gelu = (x: Tensor): Tensor => unit({ x }, {});

const unit = definePrimitive<{ x: Tensor }, Record<string, never>>({
  name: "GeluErf",
  forward({ x }) {
    const phi = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    return [tf.mul(phi, x), phi];
  },
  saveInputs: ["x"],
  saveOutputs: [false, true],
  gradient: (dy, [x, phi]) => ({
    x: () => {
      const density = tf.exp(tf.mul(tf.square(x!), -0.5));
      const slope = tf.add(phi!, tf.mul(tf.mul(density, x!), 1 / Math.sqrt(2 * Math.PI)));
      return tf.mul(dy, slope);
    },
  }),
});
