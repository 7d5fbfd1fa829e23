/**
 * Values as a graph constant holds them.
 * @module
 */
import { EngineError } from "../errors.ts";
import { DATA_TYPES } from "./graph_def.ts";

/**
 * Bytes of values in TensorFlow's memory layout: little-endian, four bytes a float32 or int32, one a bool. The bytes are a copy.
 *
 * @throws {EngineError} for dtypes that a step cannot hold.
 */
export function constantBytes(step: string, type: number, values: ArrayBufferView | readonly unknown[]): Uint8Array {
  const numbers = values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array ||
      Array.isArray(values)
    ? values as ArrayLike<number>
    : undefined;
  if (numbers !== undefined) {
    if (type === DATA_TYPES.float32) return new Uint8Array(Float32Array.from(numbers).buffer);
    if (type === DATA_TYPES.int32) return new Uint8Array(Int32Array.from(numbers).buffer);
    if (type === DATA_TYPES.bool) return Uint8Array.from(numbers);
    // The binding takes a 64-bit scalar as one 32-bit word.
    if (type === DATA_TYPES.int64) return new Uint8Array(BigInt64Array.from(Array.from(numbers, BigInt)).buffer);
  }
  throw new EngineError(
    `Cannot trace step "${step}": it makes a tensor of TensorFlow type ${type}; float32, int32 and bool are traced`,
  );
}

/** Whether there are several values, and all are one and the same, to the bit. */
export function isUniform(values: ArrayBufferView | readonly unknown[]): values is ArrayBufferView & ArrayLike<number> {
  if (!(values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)) return false;
  const [first] = values;
  if (values.length < 2) return false;
  for (let k = 1; k < values.length; k++) if (!Object.is(values[k], first)) return false;
  return true;
}
