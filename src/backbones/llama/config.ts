/**
 * The sizes of a Llama-family checkpoint, from its config.json, and which tensors it must have.
 *
 * Defaults are those of transformers. What would make another function of the weights than the one computed here is refused.
 * @module
 */
import { CheckpointError } from "./checkpoint_error.ts";
import { ConfigFields, shown } from "./config_fields.ts";
import { readRope, type RopeSpec } from "./rope_spec.ts";

/** Sizes and settings of a checkpoint. */
export interface LlamaConfig {
  /** The file's model_type: "llama", "qwen2" or "mistral". */
  readonly family: string;
  /** Rows of the checkpoint's token table. */
  readonly vocabulary: number;
  /** Width of a state. */
  readonly hidden: number;
  /** Transformer layers. */
  readonly layers: number;
  /** Query heads of a layer; a multiple of `kvHeads`. */
  readonly heads: number;
  /** Key and value heads of a layer. */
  readonly kvHeads: number;
  /** Width of a head, even; heads together need not have the state's. */
  readonly headDim: number;
  /** Width inside a layer's feed-forward part. */
  readonly ffn: number;
  /** Added to the mean square under the root of an RMS norm. */
  readonly normEps: number;
  /** How positions turn queries and keys. */
  readonly rope: RopeSpec;
  /** Longest prompt. */
  readonly maxPositions: number;
  /** Whether the output rows are the token table's. */
  readonly tied: boolean;
  /** Which projections have one: queries, keys and values; attention's output; the feed-forward part. */
  readonly bias: { readonly qkv: boolean; readonly out: boolean; readonly mlp: boolean };
}

/** Architectures that are computed here, with transformers' name for the family and its default of num_key_value_heads. */
const ARCHITECTURES: Readonly<Record<string, { readonly family: string; readonly kvHeads?: number }>> = {
  LlamaForCausalLM: { family: "llama" },
  Qwen2ForCausalLM: { family: "qwen2", kvHeads: 32 },
  MistralForCausalLM: { family: "mistral", kvHeads: 8 },
};

const WIDTH = { from: 1, to: 2 ** 20 };
const LAYERS = { from: 1, to: 1000 };
const VOCABULARY = { from: 1, to: 2 ** 24 };
const POSITIONS = { from: 1, to: 2 ** 24 };

/**
 * Reads a parsed config.json, in the spelling of transformers 4 or 5.
 *
 * @param source The checkpoint, for messages.
 * @throws {CheckpointError} for an architecture or setting that is not computed here, and for a number that cannot be.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const config = readLlamaConfig({
 *   architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 96, hidden_size: 32, intermediate_size: 64,
 *   num_hidden_layers: 2, num_attention_heads: 4, max_position_embeddings: 64,
 * }, "here");
 * assert.deepEqual([config.headDim, config.kvHeads, config.tied], [8, 4, false]);
 * ```
 */
export function readLlamaConfig(json: unknown, source: string): LlamaConfig {
  const fields = new ConfigFields(json, source);
  const { family, kvHeads: usualKvHeads } = architectureOf(fields, source);
  refuseOtherFunctions(fields, family);
  const hidden = fields.whole("hidden_size", WIDTH);
  const heads = fields.whole("num_attention_heads", WIDTH);
  const kvHeads = fields.whole(
    "num_key_value_heads",
    WIDTH,
    fields.has("num_key_value_heads") ? heads : usualKvHeads ?? heads,
  );
  if (heads % kvHeads !== 0) {
    throw fields.refusal("num_attention_heads", `a multiple of num_key_value_heads, ${kvHeads}`);
  }
  const headDim = headDimOf(fields, hidden, heads);
  const maxPositions = fields.whole("max_position_embeddings", POSITIONS);
  const biased = family === "llama" && fields.flag("attention_bias", false);
  return {
    family,
    vocabulary: fields.whole("vocab_size", VOCABULARY),
    hidden,
    layers: fields.whole("num_hidden_layers", LAYERS),
    heads,
    kvHeads,
    headDim,
    ffn: fields.whole("intermediate_size", WIDTH),
    normEps: fields.number("rms_norm_eps", { above: 0, to: 1 }, 1e-6),
    rope: readRope(fields, headDim, maxPositions, source),
    maxPositions,
    tied: fields.flag("tie_word_embeddings", false),
    bias: {
      qkv: family === "qwen2" || biased,
      out: biased,
      mlp: family === "llama" && fields.flag("mlp_bias", false),
    },
  };
}

/**
 * Every tensor of a checkpoint with its shape, by its name in Hugging Face's files. Weights of projections are [outputs, inputs].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const shapes = llamaShapes(readLlamaConfig({
 *   architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 96, hidden_size: 32, intermediate_size: 64,
 *   num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64,
 * }, "here"));
 * assert.deepEqual(shapes["model.layers.1.self_attn.k_proj.weight"], [16, 32]);
 * assert.equal(Object.keys(shapes).length, 2 * 9 + 3);
 * ```
 */
export function llamaShapes(config: LlamaConfig): Record<string, readonly number[]> {
  const { vocabulary, hidden, layers, heads, kvHeads, headDim, ffn, tied, bias } = config;
  const shapes: Record<string, readonly number[]> = { "model.embed_tokens.weight": [vocabulary, hidden] };
  const projection = (name: string, outputs: number, inputs: number, biased: boolean) => {
    shapes[`${name}.weight`] = [outputs, inputs];
    if (biased) shapes[`${name}.bias`] = [outputs];
  };
  for (let layer = 0; layer < layers; layer++) {
    const [attention, mlp] = [`model.layers.${layer}.self_attn`, `model.layers.${layer}.mlp`];
    shapes[`model.layers.${layer}.input_layernorm.weight`] = [hidden];
    projection(`${attention}.q_proj`, heads * headDim, hidden, bias.qkv);
    projection(`${attention}.k_proj`, kvHeads * headDim, hidden, bias.qkv);
    projection(`${attention}.v_proj`, kvHeads * headDim, hidden, bias.qkv);
    projection(`${attention}.o_proj`, hidden, heads * headDim, bias.out);
    shapes[`model.layers.${layer}.post_attention_layernorm.weight`] = [hidden];
    projection(`${mlp}.gate_proj`, ffn, hidden, bias.mlp);
    projection(`${mlp}.up_proj`, ffn, hidden, bias.mlp);
    projection(`${mlp}.down_proj`, hidden, ffn, bias.mlp);
  }
  shapes["model.norm.weight"] = [hidden];
  if (!tied) shapes["lm_head.weight"] = [vocabulary, hidden];
  return shapes;
}

function architectureOf(fields: ConfigFields, source: string): { readonly family: string; readonly kvHeads?: number } {
  const named = fields.get("architectures");
  const name = Array.isArray(named) && named.length === 1 ? named[0] as unknown : named;
  const known = typeof name === "string" && Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (known === undefined) {
    throw new CheckpointError(
      `Cannot use checkpoint ${source}: its architecture is ${shown(name)}, wanted one of ${
        Object.keys(ARCHITECTURES).join(", ")
      }`,
    );
  }
  if (fields.get("model_type") !== known.family) throw fields.refusal("model_type", `"${known.family}" as of ${name}`);
  return known;
}

/** Settings under which the weights make another function than they make here. */
function refuseOtherFunctions(fields: ConfigFields, family: string): void {
  if ((fields.get("hidden_act") ?? "silu") !== "silu") throw fields.refusal("hidden_act", `"silu"`);
  for (const name of ["quantization_config", "per_layer_config"]) {
    if (fields.get(name) !== undefined) throw fields.refusal(name, "none");
  }
  if (fields.flag("use_sliding_window", false)) throw fields.refusal("use_sliding_window", "false");
  // Where Mistral's is left out it is 4096.
  if (family === "mistral" && !(fields.has("sliding_window") && fields.get("sliding_window") === undefined)) {
    throw fields.refusal("sliding_window", "null");
  }
  const layers = fields.get("layer_types") ?? [];
  if (!Array.isArray(layers) || layers.some((each) => each !== "full_attention")) {
    throw fields.refusal("layer_types", `"full_attention" for each`);
  }
}

function headDimOf(fields: ConfigFields, hidden: number, heads: number): number {
  if (fields.get("head_dim") === undefined && hidden % heads !== 0) {
    throw fields.refusal("hidden_size", `a multiple of num_attention_heads, ${heads}, where there is no head_dim`);
  }
  const headDim = fields.whole("head_dim", WIDTH, hidden / heads);
  if (headDim % 2 !== 0) throw fields.refusal("head_dim", `an even number, found ${headDim}`);
  if (headDim * heads > WIDTH.to) throw fields.refusal("head_dim", `${WIDTH.to} at most, times ${heads} heads`);
  return headDim;
}
