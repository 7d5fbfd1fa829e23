/**
 * Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415), the exact form.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { erfc, onTensorflow } from "../tensorflow_ops.ts";
import { type Tensor, tf } from "../tfjs.ts";

/** x Phi(x), where Phi is the normal distribution function: torch.nn.GELU() with its default, erf. */
export const gelu = (x: Tensor): Tensor => unit({ x }, {});

/** log(1 / sqrt(pi)): what the density's constant is inside the exponential once x is measured in sqrt(2). */
const LOG_DENSITY = -0.5 * Math.log(Math.PI);

/** Every kernel here runs over the widest activations of a network, so kernels are what is saved on. */
const unit = definePrimitive<{ x: Tensor }, Record<string, never>>({
  name: "GeluErf",
  forward({ x }) {
    // 2 Phi(x) = 1 + erf(x / sqrt 2) = erfc(-x / sqrt 2)
    const scaled = tf.mul(x, -Math.SQRT1_2);
    const twice = onTensorflow() ? erfc(scaled) : tf.sub(1, tf.erf(scaled));
    const phi = tf.mul(twice, 0.5);
    return [tf.mul(x, phi), phi, scaled];
  },
  saveOutputs: [false, true, true],
  // Phi(x) + x density(x), where x density(x) = -scaled exp(LOG_DENSITY - scaled^2)
  gradient: (dy, [phi, scaled]) => ({
    x: () => {
      const density = tf.exp(tf.sub(LOG_DENSITY, tf.square(scaled!)));
      return tf.mul(dy, tf.sub(phi!, tf.mul(scaled!, density)));
    },
  }),
});
