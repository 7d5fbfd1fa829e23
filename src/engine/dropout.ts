/**
 * Dropout as a pure function (Srivastava et al., JMLR 2014): masks come from a counter-based generator whose seed is an input of the step, so a step
 * can be compiled, repeated and resumed, and every rung draws the same masks.
 * @module
 */
import { inOrder } from "./graph/trace.ts";
import { maskValues } from "./mask_module.ts";
import { type MaskRule, maskRule } from "./mask_rule.ts";
import { definePrimitive } from "./primitive.ts";
import { wordStream } from "./stateless_words.ts";
import { keptEntries, onTensorflow, orZero } from "./tensorflow_ops.ts";
import { tf } from "./tfjs.ts";
import type { Tensor } from "./types.ts";

/** Noise of one step: each use draws from a stream of its own. */
export interface DropoutNoise {
  /**
   * `x` with entries set to 0 with probability `rate` (rounded to 1/65536) and the others divided by the share kept. At rate 0 it is `x` itself.
   *
   * @throws {RangeError} when `rate` is not in [0, 1).
   */
  dropout(x: Tensor, rate: number): Tensor;
  /** Noise that can be drawn again: each call of what it gives begins the same streams anew. */
  repeatable(): () => DropoutNoise;
}

/**
 * Noise for one step. `seed` is [2] int32, e.g. `stream(seed, "dropout", step).int32(2)`; uses are numbered in call order, so that a step always
 * gives the same place the same stream.
 *
 * @throws {RangeError} when the seed has another shape or dtype.
 * @example
 * ```ts
 * import { dropoutNoise } from "./dropout.ts";
 * import { openEngine } from "./open.ts";
 * import { tf } from "./tfjs.ts";
 * const engine = await openEngine("cpu");
 * const noise = dropoutNoise(tf.tensor1d([1, 2], "int32"));
 * const kept = noise.dropout(tf.ones([1000]), 0.25).dataSync().filter((value) => value > 0).length;
 * console.assert(kept > 700 && kept < 800);
 * engine.close();
 * ```
 */
export function dropoutNoise(seed: Tensor): DropoutNoise {
  if (seed.dtype !== "int32" || seed.size !== 2) {
    throw new RangeError(`Cannot draw noise: the seed is ${seed.dtype} [${seed.shape}], int32 [2] is needed`);
  }
  return noiseFrom(seed, 0, { next: REPEATABLE });
}

/** Streams of each repeatable noise, and the first of the first one: no step has that many uses beside them. */
const REPEATABLE = 2 ** 12;

/** @param late whether a graph draws a mask no sooner than there is what it masks. */
function noiseFrom(seed: Tensor, first: number, repeatable: { next: number }, late = false): DropoutNoise {
  let uses = first;
  return {
    dropout(x, rate) {
      const rule = maskRule(rate);
      const use = uses++;
      return rule.scale === 1 ? x : dropped({ x, seed }, { use, late, ...rule });
    },
    repeatable() {
      const own = repeatable.next;
      repeatable.next += REPEATABLE;
      // Masks depend on the seed alone: a graph would draw those of all layers at once, and hold what was to be computed again.
      return () => noiseFrom(seed, own, repeatable, true);
    },
  };
}

/** Entries are kept by the mask drawn from the seeds (seed[0], seed[1] + use). Beside it nothing is saved: a gradient is masked like a value. */
const dropped = definePrimitive<{ x: Tensor; seed: Tensor }, MaskRule & { use: number; late: boolean }>({
  name: "CounterDropout",
  forward({ x, seed }, { use, late, ...rule }) {
    const mask = maskOf(x.shape, late ? inOrder([x], seed) : seed, use, rule);
    return [masked(x, mask, rule), mask];
  },
  saveInputs: ["seed"],
  saveOutputs: [false, true],
  gradient: (dy, [seed, mask], rule) => ({
    x: () => masked(dy, mask!, rule),
    seed: () => tf.zerosLike(seed!),
  }),
});

/** On the tensorflow rung whether an entry is kept, a byte each; elsewhere what it is multiplied by. */
function maskOf(shape: number[], seed: Tensor, use: number, rule: MaskRule): Tensor {
  if (onTensorflow()) return keptEntries(tf.add(seed, tf.tensor1d([0, use], "int32")), shape, rule.threshold);
  const [seed0, seed1] = seed.dataSync();
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(maskValues(wordStream(seed0!, (seed1! + use) | 0), size, rule), shape);
}

const masked = (x: Tensor, mask: Tensor, { scale }: MaskRule): Tensor =>
  onTensorflow() ? tf.mul(orZero(mask, x), scale) : tf.mul(x, mask);
