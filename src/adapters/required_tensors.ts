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
  const [first] = mismatches(tensors, wanted, dtype);
  if (first === undefined) return;
  const name = JSON.stringify(first.name);
  const why = {
    missing: `tensor ${name} is missing`,
    other: `${name} is ${first.found}, wanted ${first.wanted}`,
    unexpected: `unexpected tensor ${name}`,
  };
  throw new WeightsError(`Cannot load ${what}: ${why[first.kind]}`);
}

/** A tensor that is not what is wanted. */
export interface Mismatch {
  readonly name: string;
  /** "other": of another shape or dtype. */
  readonly kind: "missing" | "other" | "unexpected";
  /** Dtype and shape, e.g. "float32 [2,3]"; absent where there is no tensor. */
  readonly found?: string;
  /** The same of what is wanted; absent where nothing is. */
  readonly wanted?: string;
}

/** Everything that {@linkcode requireTensors} would refuse: what is missing or other in the order of `wanted`, then what is unexpected. */
export function mismatches(
  tensors: PlainTensors,
  wanted: Shapes,
  dtype: "float32" | "int32" = "float32",
): Mismatch[] {
  const result: Mismatch[] = [];
  for (const [name, shape] of Object.entries(wanted)) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    const fits = `${dtype} [${shape}]`;
    if (tensor === undefined) result.push({ name, kind: "missing", wanted: fits });
    else if (kindOf(tensor) !== fits) result.push({ name, kind: "other", found: kindOf(tensor), wanted: fits });
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!Object.hasOwn(wanted, name)) result.push({ name, kind: "unexpected", found: kindOf(tensor) });
  }
  return result;
}

function kindOf({ shape, values }: PlainTensor): string {
  return `${values instanceof Float32Array ? "float32" : "int32"} [${shape}]`;
}
