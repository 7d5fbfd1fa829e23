/**
 * Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415), the exact form.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

/** x Phi(x), where Phi is the normal distribution function: torch.nn.GELU() with its default, erf. */
export const gelu = (x: Tensor): Tensor => unit({ x }, {});

/** log(1 / sqrt(pi)): what the density's constant is inside the exponential once x is measured in sqrt(2). */
const LOG_DENSITY = -0.5 * Math.log(Math.PI);

/**
 * Every kernel here runs over the widest activations of a network, so kernels are what is saved on. The value is computed by just these kernels in
 * this order because TensorFlow knows them: where no gradient is wanted, it fuses them with the product before.
 */
const unit = definePrimitive<{ x: Tensor }, Record<string, never>>({
  name: "GeluErf",
  forward({ x }) {
    const scaled = tf.mul(x, Math.SQRT1_2);
    const phi = tf.mul(tf.add(tf.erf(scaled), 1), 0.5);
    return [tf.mul(phi, x), phi, scaled];
  },
  saveOutputs: [false, true, true],
  // Phi(x) + x density(x), where x density(x) = scaled exp(LOG_DENSITY - scaled^2)
  gradient: (dy, [phi, scaled]) => ({
    x: () => {
      const density = tf.exp(tf.sub(LOG_DENSITY, tf.square(scaled!)));
      return tf.mul(dy, tf.add(phi!, tf.mul(scaled!, density)));
    },
  }),
});
