/**
 * The gated unit of Llama's feed-forward part (Shazeer, arXiv 2002.05202).
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, tf } from "../tfjs.ts";

/**
 * silu(gate) times up, silu(x) = x sigmoid(x); both of one shape.
 *
 * @example
 * ```ts
 * import { openEngine } from "../open.ts";
 * import { tf } from "../tfjs.ts";
 * import { swiglu } from "./swiglu.ts";
 * const engine = await openEngine("cpu");
 * console.assert(Math.abs(swiglu(tf.scalar(1), tf.scalar(2)).dataSync()[0]! - 2 / (1 + Math.exp(-1))) < 1e-6);
 * engine.close();
 * ```
 */
export const swiglu = (gate: Tensor, up: Tensor): Tensor => unit({ gate, up }, {});

const unit = definePrimitive<{ gate: Tensor; up: Tensor }, Record<string, never>>({
  name: "SwiGlu",
  forward: ({ gate, up }) => [tf.mul(tf.mul(gate, tf.sigmoid(gate)), up)],
  saveInputs: ["gate", "up"],
  gradient(dy, [gate, up]) {
    return {
      // silu'(x) = s + x s (1 - s)
      gate: () => {
        const s = tf.sigmoid(gate!);
        const slope = tf.mul(s, tf.add(1, tf.mul(gate!, tf.sub(1, s))));
        return tf.mul(tf.mul(dy, up!), slope);
      },
      up: () => tf.mul(dy, tf.mul(gate!, tf.sigmoid(gate!))),
    };
  },
});
