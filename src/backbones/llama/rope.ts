/**
 * Rotary position embedding (Su et al., RoFormer, arXiv 2104.09864): the angles by which queries and keys are turned, in the layout of
 * Hugging Face, where the dimension d is turned with d + headDim / 2.
 *
 * Everything is rounded to float32 where transformers rounds it: far positions multiply what frequencies are off by.
 * @module
 */
import type { RopeSpec } from "./rope_spec.ts";

export { readRope, type RopeSpec } from "./rope_spec.ts";

/** Frequencies, and what cos and sin are multiplied by. */
export interface RopeFrequencies {
  /** Radians per position, [headDim / 2], the highest first; float32 values. */
  readonly inverse: Float64Array;
  readonly scale: number;
}

/** Of positions 0 to count - 1: [count, headDim], row-major, the second half of a row like its first. */
export interface RopeTables {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

const f32 = Math.fround;

/**
 * Inverse frequencies theta^(-2d / headDim), stretched as the checkpoint says.
 *
 * @param headDim Even.
 * @param maxPositions The checkpoint's. `dynamic` gives its frequencies up to there, and has others for longer prompts.
 * @param count Positions of the longest prompt; `longrope` has other frequencies beyond the original positions. Left out: not beyond.
 * @throws RangeError for more positions than the checkpoint's: whoever takes prompts refuses longer ones.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { inverse, scale } = ropeFrequencies({ kind: "default", theta: 10000 }, 4, 2048);
 * assert.deepEqual([...inverse, scale], [1, Math.fround(0.01), 1]);
 * ```
 */
export function ropeFrequencies(
  rope: RopeSpec,
  headDim: number,
  maxPositions: number,
  count = 1,
): RopeFrequencies {
  if (count > maxPositions) throw new RangeError(`Cannot turn ${count} positions: wanted ${maxPositions} at most`);
  const powers = Float64Array.from({ length: headDim / 2 }, (_, d) => f32(rope.theta ** f32(f32(2 * d) / headDim)));
  const plain = powers.map((power) => f32(1 / power));
  switch (rope.kind) {
    case "default":
    case "dynamic":
      return { inverse: plain, scale: 1 };
    case "linear":
      return { inverse: plain.map((each) => f32(each / rope.factor)), scale: 1 };
    case "llama3":
      return { inverse: plain.map((each) => llama3(each, rope)), scale: 1 };
    case "yarn":
      return { inverse: yarn(powers, headDim, rope), scale: rope.scale };
    case "longrope": {
      const divisors = count > rope.originalPositions ? rope.longFactor : rope.shortFactor;
      return { inverse: powers.map((power, d) => f32(1 / f32(f32(divisors[d]!) * power))), scale: rope.scale };
    }
  }
}

/**
 * Cosines and sines of the first positions, times the scale.
 *
 * For `longrope`, transformers takes its long frequencies in a batch whose longest prompt has more than the original positions; here a table
 * of more positions has them throughout, so prompts of up to the original positions need a table no longer than that.
 *
 * @throws RangeError for more positions than `maxPositions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { cos, sin } = ropeTables({ kind: "default", theta: 10000 }, 2, 2048, 2);
 * assert.deepEqual([...cos], [1, 1, Math.cos(1), Math.cos(1)].map(Math.fround));
 * assert.deepEqual([...sin], [0, 0, Math.sin(1), Math.sin(1)].map(Math.fround));
 * ```
 */
export function ropeTables(rope: RopeSpec, headDim: number, maxPositions: number, count: number): RopeTables {
  const { inverse, scale } = ropeFrequencies(rope, headDim, maxPositions, count);
  const [cos, sin] = [new Float32Array(count * headDim), new Float32Array(count * headDim)];
  const half = headDim / 2;
  for (let position = 0, at = 0; position < count; position++, at += headDim) {
    for (let d = 0; d < half; d++) {
      const angle = f32(position * inverse[d]!);
      cos[at + d] = cos[at + d + half] = f32(Math.cos(angle)) * scale;
      sin[at + d] = sin[at + d + half] = f32(Math.sin(angle)) * scale;
    }
  }
  return { cos, sin };
}

function llama3(inverse: number, rope: RopeSpec & { readonly kind: "llama3" }): number {
  const { factor, lowFrequency, highFrequency, originalPositions } = rope;
  const wavelength = f32(2 * Math.PI / inverse);
  if (wavelength < originalPositions / highFrequency) return inverse;
  if (wavelength > originalPositions / lowFrequency) return f32(inverse / factor);
  const smooth = f32(f32(f32(originalPositions / wavelength) - lowFrequency) / (highFrequency - lowFrequency));
  return f32(f32(f32(f32(1 - smooth) * inverse) / factor) + f32(smooth * inverse));
}

/** arXiv 2309.00071, section 3.2, the ramp over dimensions instead of wavelengths as in its authors' code. */
function yarn(powers: Float64Array, headDim: number, rope: RopeSpec & { readonly kind: "yarn" }): Float64Array {
  const { theta, factor, betaFast, betaSlow, originalPositions, truncate } = rope;
  const dimensionOf = (rotations: number) =>
    headDim * Math.log(originalPositions / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
  const [fast, slow] = [dimensionOf(betaFast), dimensionOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(fast) : fast, 0);
  const high = Math.min(truncate ? Math.ceil(slow) : slow, headDim - 1);
  const width = low === high ? 0.001 : high - low;
  return powers.map((power, d) => {
    const ramp = Math.min(1, Math.max(0, f32(f32(d - low) / width)));
    const kept = f32(1 - ramp);
    return f32(f32(f32(1 / f32(factor * power)) * f32(1 - kept)) + f32(f32(1 / power) * kept));
  });
}
