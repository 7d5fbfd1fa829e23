/**
 * Holds tensors to the names and shapes that are wanted of them.
 * @module
 */
import type { PlainTensor, PlainTensors } from "../engine/plain_tensor.ts";
import { WeightsError } from "./weights_error.ts";

/** Shapes by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Refuses tensors of which one is missing, has another shape or dtype, or is not wanted.
 *
 * @param what They belong to, for the message, e.g. "adapter runs/F1".
 * @throws {WeightsError} naming the tensor.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const tensors = { w: { shape: [2], values: Float32Array.of(1, 2) } };
 * requireTensors(tensors, { w: [2] }, "weights");
 * assert.throws(() => requireTensors(tensors, { w: [3] }, "weights"), /"w" is float32 \[2\], wanted float32 \[3\]/);
 * assert.throws(() => requireTensors(tensors, {}, "weights"), /unexpected tensor "w"/);
 * ```
 */
export function requireTensors(
  tensors: PlainTensors,
  wanted: Shapes,
  what: string,
  dtype: "float32" | "int32" = "float32",
): void {
  const refuse = (why: string) => new WeightsError(`Cannot load ${what}: ${why}`);
  for (const [name, shape] of Object.entries(wanted)) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor === undefined) throw refuse(`tensor ${JSON.stringify(name)} is missing`);
    const [found, fits] = [kindOf(tensor), `${dtype} [${shape}]`];
    if (found !== fits) throw refuse(`${JSON.stringify(name)} is ${found}, wanted ${fits}`);
  }
  const surplus = Object.keys(tensors).find((name) => !Object.hasOwn(wanted, name));
  if (surplus !== undefined) throw refuse(`unexpected tensor ${JSON.stringify(surplus)}`);
}

function kindOf({ shape, values }: PlainTensor): string {
  return `${values instanceof Float32Array ? "float32" : "int32"} [${shape}]`;
}
