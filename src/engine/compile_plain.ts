/**
 * Compiled steps on the rungs without graphs: the step runs kernel by kernel each time.
 * @module
 */
import { EngineError } from "./errors.ts";
import { checkInputs, checkResult, checkState } from "./step_check.ts";
import { type Tensor, tf } from "./tfjs.ts";
import type { CompiledStep, CompileOptions, Step, TensorMap } from "./types.ts";

/** Copies that no surrounding `tf.tidy` frees. */
export function keptCopies(map: TensorMap): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(map).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]));
}

/** {@linkcode Engine.compile} without a graph. */
export function compilePlain<I extends TensorMap, S extends TensorMap, F extends TensorMap, O extends TensorMap>(
  step: Step<I, S, F, O>,
  { name, state: initial, frozen }: CompileOptions<S, F>,
): CompiledStep<I, S, O> {
  let state: Record<string, Tensor> | undefined = keptCopies(initial ?? {});
  let first: TensorMap | undefined;
  const open = (): Record<string, Tensor> => {
    if (state === undefined) throw new EngineError(`Cannot use step "${name}": it was disposed`);
    return state;
  };
  return {
    run(inputs) {
      const before = open();
      first ??= { ...inputs };
      checkInputs(name, first, inputs);
      const named = tf.tidy(() => {
        const result = step(inputs, before as unknown as S, (frozen ?? {}) as F);
        checkResult(name, before, result);
        // Clones, so that an output that is an input, a state entry or another output has a life of its own.
        const outputs: Record<string, Tensor> = {};
        for (const [key, tensor] of Object.entries(result.outputs)) outputs[`output ${key}`] = tf.clone(tensor);
        for (const [key, tensor] of Object.entries(result.next ?? {})) outputs[`next ${key}`] = tf.clone(tensor);
        return outputs;
      });
      const outputs: Record<string, Tensor> = {};
      for (const [key, tensor] of Object.entries(named)) {
        if (key.startsWith("output ")) outputs[key.slice("output ".length)] = tensor;
        else {
          const entry = key.slice("next ".length);
          before[entry]!.dispose();
          before[entry] = tf.keep(tensor);
        }
      }
      return outputs as unknown as O;
    },
    readState() {
      return Object.fromEntries(Object.entries(open()).map(([key, tensor]) => [key, tf.clone(tensor)])) as unknown as S;
    },
    writeState(next) {
      const before = open();
      checkState(`Cannot write the state of step "${name}"`, before, next);
      state = keptCopies(next);
      tf.dispose(before);
    },
    dispose() {
      if (state !== undefined) tf.dispose(state);
      state = undefined;
    },
  };
}
