/**
 * Steps made ready to run: a graph on the tensorflow rung, kernel by kernel on the others, the same values.
 * @module
 */
import { compilePlain } from "./compile_plain.ts";
import { compileTraced } from "./graph/traced_step.ts";
import type { CompiledStep, CompileOptions, Rung, Step, TensorMap } from "./types.ts";

/**
 * What {@linkcode Engine.compile} does for an engine of rung `rung`.
 *
 * @example
 * ```ts
 * import { compileStep } from "./compile.ts";
 * import { openEngine } from "./open.ts";
 * import { tf } from "./tfjs.ts";
 * const engine = await openEngine("cpu");
 * const step = compileStep("cpu", ({ x }: { x: tf.Tensor }, { sum }: { sum: tf.Tensor }) => ({
 *   outputs: { before: sum },
 *   next: { sum: tf.add(sum, x) },
 * }), { name: "running sum", state: { sum: tf.scalar(0) } });
 * step.run({ x: tf.scalar(2) });
 * console.assert(step.run({ x: tf.scalar(3) }).before.dataSync()[0] === 2);
 * step.dispose();
 * engine.close();
 * ```
 */
export function compileStep<I extends TensorMap, S extends TensorMap, F extends TensorMap, O extends TensorMap>(
  rung: Rung,
  step: Step<I, S, F, O>,
  options: CompileOptions<S, F>,
): CompiledStep<I, S, O> {
  return rung === "tensorflow" ? compileTraced(step, options) : compilePlain(step, options);
}
