/**
 * AdamW as a value: state in, state out (Loshchilov and Hutter, arXiv 1711.05101; update rule and defaults of torch.optim.AdamW).
 * @module
 */
import { type Tensor, tf } from "./tfjs.ts";

/** Moments of a parameter vector. */
export interface AdamwMoments {
  readonly m: Tensor;
  readonly v: Tensor;
}

/** What one update takes. Parameters may have any shape; usually they are one flat vector. */
export interface AdamwInput extends AdamwMoments {
  readonly params: Tensor;
  /** Same shape as `params`. */
  readonly grads: Tensor;
  /** Number of this update, from 1: a scalar tensor, or a shape that broadcasts to `params`. */
  readonly count: Tensor;
  /** A scalar tensor, or a shape that broadcasts to `params` (one rate for each element, or for each row). */
  readonly learningRate: Tensor;
  /** Decoupled: multiplied by the learning rate, apart from the gradient. */
  readonly weightDecay: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Zero moments for `size` numbers. */
export function adamwInit(size: number): AdamwMoments {
  return { m: tf.zeros([size]), v: tf.zeros([size]) };
}

/**
 * The parameters and moments after one update.
 *
 * p <- p (1 - rate decay) - rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 */
export function adamwUpdate(
  { params, grads, m, v, count, learningRate, weightDecay, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamwInput,
): { params: Tensor; m: Tensor; v: Tensor } {
  return tf.tidy(() => {
    const correction1 = biasCorrection(beta1, count);
    const correction2 = tf.sqrt(biasCorrection(beta2, count));
    const nextM = tf.add(m, tf.mul(tf.sub(grads, m), 1 - beta1));
    const nextV = tf.add(v, tf.mul(tf.sub(tf.square(grads), v), 1 - beta2));
    // sqrt(v) / c2 + eps = (sqrt(v) + eps c2) / c2: the corrections stay with the small tensors.
    const direction = tf.div(nextM, tf.add(tf.sqrt(nextV), tf.mul(correction2, epsilon)));
    const size = tf.mul(learningRate, tf.div(correction2, correction1));
    const decayed = weightDecay === 0 ? params : tf.mul(params, tf.sub(1, tf.mul(learningRate, weightDecay)));
    return { params: tf.sub(decayed, tf.mul(direction, size)), m: nextM, v: nextV };
  });
}

/** Keeps an update that was never due (count 0, zero moments) at zero where 0 / 0 would make it NaN. */
const LEAST_CORRECTION = 1e-12;

/**
 * 1 - beta^t, as 2 h / (1 + h) with h = tanh(-t ln(beta) / 2). Subtracting from 1 would leave four digits of it in float32 for the first steps: .999
 * is not a float32.
 */
function biasCorrection(beta: number, count: Tensor): Tensor {
  const h = tf.tanh(tf.mul(count, -Math.log(beta) / 2));
  return tf.maximum(tf.div(tf.mul(2, h), tf.add(1, h)), LEAST_CORRECTION);
}
