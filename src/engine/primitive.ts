/**
 * Building blocks with a gradient of their own: to a gradient tape they are one operation, however many kernels they take.
 *
 * What the tape would save for each kernel in between is not kept, and the gradients of inputs that nobody asks for (frozen weights) are never
 * formed: the tape calls only those it needs.
 * @module
 */
import { type NamedAttrMap, type NamedTensorMap, type Tensor, tf } from "./tfjs.ts";
import { RUNGS } from "./types.ts";

/** Settings of one use: plain values, no tensors. */
export type Settings = NamedAttrMap;

/** How a primitive works. Inputs and gradients go by name. */
export interface PrimitiveDefinition<I extends NamedTensorMap, A extends Settings> {
  /** Unique in the process. */
  readonly name: string;
  /** The outputs, first the one to be used; others are only for the gradient. */
  forward(inputs: I, settings: A): Tensor[];
  /** Inputs the gradient needs. */
  readonly saveInputs?: readonly (keyof I & string)[];
  /** For each output, whether the gradient needs it. */
  readonly saveOutputs?: readonly boolean[];
  /** Gradient by each input, formed when called. `saved` holds the saved inputs, then the saved outputs. */
  gradient(dy: Tensor, saved: readonly Tensor[], settings: A): Record<keyof I & string, () => Tensor>;
}

/**
 * Registers a primitive on every rung and gives the function that applies it.
 *
 * @example
 * ```ts
 * import { definePrimitive } from "./primitive.ts";
 * import { openEngine } from "./open.ts";
 * import { type Tensor, tf } from "./tfjs.ts";
 * const cube = definePrimitive<{ x: Tensor }, Record<string, never>>({
 *   name: "Cube",
 *   forward: ({ x }) => [tf.mul(x, tf.square(x))],
 *   saveInputs: ["x"],
 *   gradient: (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(3, tf.square(x!))) }),
 * });
 * const engine = await openEngine("cpu");
 * console.assert(tf.grad((x) => cube({ x }, {}))(tf.scalar(2)).dataSync()[0] === 12);
 * engine.close();
 * ```
 */
export function definePrimitive<I extends NamedTensorMap, A extends Settings>(
  { name, forward, saveInputs = [], saveOutputs = [], gradient }: PrimitiveDefinition<I, A>,
): (inputs: I, settings: A) => Tensor {
  for (const backendName of RUNGS) {
    tf.registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => forward(inputs as unknown as I, attrs as unknown as A)),
    });
  }
  tf.registerGradient({
    kernelName: name,
    inputsToSave: [...saveInputs],
    outputsToSave: [...saveOutputs],
    gradFunc: (dy, saved, attrs) => {
      const upstream = Array.isArray(dy) ? dy[0]! : dy;
      return gradient(upstream, saved, attrs as unknown as A);
    },
  });
  return (inputs, settings) => {
    const outputs = tf.engine().runKernel(name, inputs, settings) as unknown as Tensor | Tensor[];
    if (!Array.isArray(outputs)) return outputs;
    // Values kept for the gradient alone belong to the tape now.
    for (const extra of outputs.slice(1)) extra.dispose();
    return outputs[0]!;
  };
}
