/**
 * A gate that mixes the adapters of a bank for every sequence (MoLE, arXiv 2404.13628; method.md 8): a mean item embedding -> tanh -> one share for
 * each adapter, softmax(. / temperature).
 * @module
 */
import { linear } from "../engine/nn/mod.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";

/** How the adapters of a bank become one model. */
export interface Mixing {
  /** Tells apart what is compiled. */
  readonly key: string;
  /** Numbers the gate trains. */
  readonly size: number;
  /** Shares of the adapters, [batch, adapters], rows summing to 1, from the gate's numbers [1, size] and what it sees [batch, width]. */
  weights(gate: Tensor, seen: Tensor): Tensor;
}

/** Sizes of a gate. */
export interface GateConfig {
  /** Width of an item's row. */
  readonly width: number;
  /** Width of the layer between. */
  readonly hidden: number;
  /** Adapters it mixes. */
  readonly experts: number;
  /** Divides the outputs before the softmax. */
  readonly temperature: number;
}

/** Shapes of a gate's weights, as PyTorch's Linear has them, in the order they lie in its vector. */
export function gateShapes(
  { width, hidden, experts }: GateConfig,
): Record<string, readonly [number, number] | readonly [number]> {
  return {
    "0.weight": [hidden, width],
    "0.bias": [hidden],
    "2.weight": [experts, hidden],
    "2.bias": [experts],
  };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * The gate of the given sizes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gate } from "./gate.ts";
 * assert.equal(gate({ width: 4, hidden: 8, experts: 3, temperature: 0.7 }).size, 4 * 8 + 8 + 8 * 3 + 3);
 * ```
 */
export function gate(config: GateConfig): Mixing {
  const shapes = Object.values(gateShapes(config));
  const sizes = shapes.map(sizeOf);
  return {
    key: `gate ${JSON.stringify(config)}`,
    size: sizes.reduce((a, b) => a + b, 0),
    weights: (numbers, seen) => {
      const [inner, innerBias, outer, outerBias] = tf.split(numbers, sizes, 1)
        .map((part, index) => tf.reshape(part, [...shapes[index]!])) as [Tensor, Tensor, Tensor, Tensor];
      const logits = linear(tf.tanh(linear(seen, inner, innerBias)), outer, outerBias);
      return tf.softmax(tf.div(logits, config.temperature));
    },
  };
}

/** Fresh numbers, [size]: weights and biases uniform within 1 / sqrt(inputs), as PyTorch's Linear. */
export function initialGate(config: GateConfig, seed: number): Float32Array {
  const parts = Object.entries(gateShapes(config)).map(([name, shape]) => {
    const draw = stream(seed, `gate ${name}`);
    const bound = 1 / Math.sqrt(name.startsWith("0.") ? config.width : config.hidden);
    return Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * draw.float() - 1));
  });
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}
