/**
 * How a checkpoint says which rotary positions it was trained with.
 * @module
 */
import { ConfigFields } from "./config_fields.ts";

/** Frequencies of rotary positions: the base theta, and how they are stretched for prompts longer than pretraining's. */
export type RopeSpec =
  /** RoFormer's own. */
  | { readonly kind: "default"; readonly theta: number }
  /** Position interpolation: all divided by `factor`. */
  | { readonly kind: "linear"; readonly theta: number; readonly factor: number }
  /** NTK by length: the default's up to the most positions. Whoever takes prompts refuses longer ones. */
  | { readonly kind: "dynamic"; readonly theta: number; readonly factor: number }
  /** Llama 3.1's: low frequencies divided by `factor`, high ones kept, those between blended. */
  | {
    readonly kind: "llama3";
    readonly theta: number;
    readonly factor: number;
    readonly lowFrequency: number;
    readonly highFrequency: number;
    readonly originalPositions: number;
  }
  /** YaRN (arXiv 2309.00071): a ramp over dimensions between those kept and those divided; cos and sin are scaled. */
  | {
    readonly kind: "yarn";
    readonly theta: number;
    readonly factor: number;
    readonly betaFast: number;
    readonly betaSlow: number;
    readonly originalPositions: number;
    /** Whether the ramp's ends are whole dimensions. */
    readonly truncate: boolean;
    readonly scale: number;
  }
  /** LongRoPE (arXiv 2402.13753): a divisor per frequency, of two sets by the prompt's length; cos and sin are scaled. */
  | {
    readonly kind: "longrope";
    readonly theta: number;
    readonly shortFactor: readonly number[];
    readonly longFactor: readonly number[];
    readonly originalPositions: number;
    readonly scale: number;
  };

/** transformers' theta where config.json gives none. */
const DEFAULT_THETA = 10_000;
const MOST_POSITIONS = 2 ** 24;
const KINDS = ["default", "linear", "dynamic", "llama3", "yarn", "longrope"] as const;

const POSITIVE = { above: 0 };
const NOT_NEGATIVE = { from: 0 };

/**
 * The rotary positions of a config.json: `rope_theta` with `rope_scaling`, or transformers 5's `rope_parameters`, which gives way to a
 * `rope_scaling` and goes before `rope_theta`, as there.
 *
 * @param fields The file's own.
 * @throws {CheckpointError} for a kind that is not known, and for a field that is missing or no number that can be.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ConfigFields } from "./config_fields.ts";
 * const json = { rope_theta: 500000, rope_scaling: { type: "linear", factor: 4 } };
 * const rope = readRope(new ConfigFields(json, "here"), 64, 2048);
 * assert.deepEqual(rope, { kind: "linear", theta: 500000, factor: 4 });
 * ```
 */
export function readRope(
  fields: ConfigFields,
  headDim: number,
  maxPositions: number,
  source = "config.json",
): RopeSpec {
  const rope = ropeFields(fields, source);
  for (const each of [fields, rope]) {
    if (each.number("partial_rotary_factor", {}, 1) !== 1) throw each.refusal("partial_rotary_factor", "1");
  }
  const theta = rope.get("rope_theta") === undefined
    ? fields.number("rope_theta", { above: 1 }, DEFAULT_THETA)
    : rope.number("rope_theta", { above: 1 });
  const named = rope.get("rope_type") === undefined ? "type" : "rope_type";
  const kind = KINDS.find((each) => each === (rope.get(named) ?? "default"));
  switch (kind) {
    case "default":
      return { kind, theta };
    case "linear":
    case "dynamic":
      return { kind, theta, factor: rope.number("factor", POSITIVE) };
    case "llama3": {
      const lowFrequency = rope.number("low_freq_factor", POSITIVE);
      const highFrequency = rope.number("high_freq_factor", { above: lowFrequency });
      const originalPositions = originalOf(fields, rope, maxPositions);
      return { kind, theta, factor: rope.number("factor", POSITIVE), lowFrequency, highFrequency, originalPositions };
    }
    case "yarn":
      return readYarn(fields, rope, theta, maxPositions);
    case "longrope": {
      const originalPositions = originalOf(fields, rope, maxPositions);
      const factor = rope.number("factor", POSITIVE, maxPositions / originalPositions);
      const own = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalPositions));
      return {
        kind,
        theta,
        shortFactor: rope.numbers("short_factor", headDim / 2, POSITIVE),
        longFactor: rope.numbers("long_factor", headDim / 2, POSITIVE),
        originalPositions,
        scale: rope.number("attention_factor", NOT_NEGATIVE, own),
      };
    }
    default:
      throw rope.refusal(named, `one of ${KINDS.join(", ")}`);
  }
}

function readYarn(fields: ConfigFields, rope: ConfigFields, theta: number, maxPositions: number): RopeSpec {
  const originalPositions = originalOf(fields, rope, maxPositions);
  // Only a factor of null is worked out; one that is left out is an error in transformers too.
  const ratio = rope.has("factor") ? maxPositions / originalPositions : undefined;
  const factor = rope.number("factor", POSITIVE, ratio);
  const [mscale, all] = [rope.number("mscale", NOT_NEGATIVE, 0), rope.number("mscale_all_dim", NOT_NEGATIVE, 0)];
  const stretch = (by: number) => factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1;
  const own = mscale !== 0 && all !== 0 ? stretch(mscale) / stretch(all) : stretch(1);
  if (rope.has("truncate") && rope.get("truncate") === undefined) throw rope.refusal("truncate", "true or false");
  return {
    kind: "yarn",
    theta,
    factor,
    // Zero is the default's, as null is: Python's "or".
    betaFast: rope.number("beta_fast", NOT_NEGATIVE, 0) || 32,
    betaSlow: rope.number("beta_slow", NOT_NEGATIVE, 0) || 1,
    originalPositions,
    truncate: rope.flag("truncate", true),
    scale: rope.number("attention_factor", NOT_NEGATIVE, own),
  };
}

/** The object that says how frequencies are stretched: that of a field which is left out or empty has no fields. */
function ropeFields(fields: ConfigFields, source: string): ConfigFields {
  for (const name of ["rope_scaling", "rope_parameters"]) {
    const json = fields.get(name);
    if (json === undefined) continue;
    const rope = new ConfigFields(json, source, `${name}.`);
    if (!rope.isEmpty) return rope;
  }
  return new ConfigFields({}, source, "rope_parameters.");
}

/** Positions of pretraining; a field beside the object goes before the one in it. */
function originalOf(fields: ConfigFields, rope: ConfigFields, maxPositions: number): number {
  const name = "original_max_position_embeddings";
  const holder = fields.get(name) === undefined ? rope : fields;
  return holder.whole(name, { from: 2, to: MOST_POSITIONS }, maxPositions);
}
