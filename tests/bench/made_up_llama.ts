/**
 * A Llama of given sizes that nobody trained, with its weights on the device: values do not matter to time and memory.
 * @module
 */
import type { LlamaConfig } from "../../src/backbones/llama/config.ts";
import { llama } from "../../src/backbones/llama/llama.ts";
import { madeUpTokenizer } from "../../src/backbones/llama/made_up_tokenizer.ts";
import { promptEncoder } from "../../src/backbones/llama/prompt.ts";
import { createTokenizer } from "../../src/backbones/llama/tokenizer.ts";
import type { Backbone } from "../../src/backbones/types.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Tensor } from "../../src/engine/types.ts";

/** Sizes of a made-up model. */
export interface LlamaSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffn: number;
  readonly vocabulary: number;
  readonly tied: boolean;
  readonly items: number;
  /** Items of a prompt. */
  readonly context: number;
  readonly checkpointing: boolean;
}

/** Users' numbers have as many digits as each other, so that prompts are of one length. */
const USER = 100_000;
const PROMPT = "What would the user_{user} like to watch next who has watched {items} ?";

/** The settings that such a model's config.json would say. */
export function madeUpConfig(sizes: LlamaSizes): LlamaConfig {
  const { layers, hidden, heads, kvHeads, ffn, vocabulary, tied } = sizes;
  return {
    ...{ family: "llama", vocabulary, hidden, layers, heads, kvHeads, ffn, tied },
    ...{ headDim: hidden / heads, normEps: 1e-6, maxPositions: 4096 },
    rope: { kind: "default", theta: 10_000 },
    bias: { qkv: false, out: false, mlp: false },
  };
}

/** The model, and the tokens of its prompts. */
export interface MadeUpLlama {
  readonly backbone: Backbone;
  readonly config: LlamaConfig;
  /** Tokens of every prompt. */
  readonly places: number;
  /** Those at its beginning that all prompts have. */
  readonly shared: number;
}

/** The model of these sizes. */
export function madeUpLlama(sizes: LlamaSizes): MadeUpLlama {
  const { items, context, checkpointing, vocabulary } = sizes;
  const config = madeUpConfig(sizes);
  const tokenizerJson = madeUpTokenizer(PROMPT.replace("{user}", " "));
  const tokenizer = createTokenizer({ tokenizerJson, items, firstItem: vocabulary });
  const prompts = promptEncoder(PROMPT, tokenizer, vocabulary);
  const places = prompts.ids(USER, new Int32Array(context).fill(1)).length;
  const backbone = llama({ config, items, context, prompts, places, checkpointing });
  return { backbone, config, places, shared: prompts.prefix.length };
}

/** A user's number by a window's row. */
export const userOf = (row: number): number => USER + row;

/** Its weights on the device: one draw of normal numbers again and again, norms 1. The caller disposes them. */
export function llamaWeights({ shapes }: Backbone): Record<string, Tensor> {
  const drawn = new Float32Array(2 ** 16);
  stream(1, "bench weights").fillNormal(drawn, 0.02);
  return tf.tidy(() => {
    const numbers = tf.tensor1d(drawn);
    const weights: Record<string, Tensor> = {};
    for (const [name, shape] of Object.entries(shapes)) {
      const size = shape.reduce((a, b) => a * b, 1);
      weights[name] = name.endsWith("norm.weight") ? tf.ones([...shape]) : tf.tidy(() => {
        const enough = tf.tile(numbers, [Math.ceil(size / drawn.length)]);
        return tf.reshape(tf.slice(enough, [0], [size]), [...shape]);
      });
    }
    return weights;
  });
}
