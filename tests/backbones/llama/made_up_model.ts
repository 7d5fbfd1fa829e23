/** A small language model with random weights, and prompts for it, for tests. */
import type { LlamaConfig } from "../../../src/backbones/llama/config.ts";
import { llama, type LlamaOptions } from "../../../src/backbones/llama/llama.ts";
import { madeUpTokenizer } from "../../../src/backbones/llama/made_up_tokenizer.ts";
import { promptEncoder } from "../../../src/backbones/llama/prompt.ts";
import { createTokenizer } from "../../../src/backbones/llama/tokenizer.ts";
import type { Backbone } from "../../../src/backbones/types.ts";

export const ITEMS = 9;
const PROMPT = "What user_{user} bought: item {items}. Next:";

/** An untied model of 3 layers whose prompts hold 3 items. */
export function madeUpModel(options: Partial<LlamaOptions> = {}, more: Partial<LlamaConfig> = {}): Backbone {
  const tokenizerJson = madeUpTokenizer(PROMPT);
  const vocabulary = createTokenizer({ tokenizerJson, items: 0, firstItem: Infinity }).size;
  const tokenizer = createTokenizer({ tokenizerJson, items: ITEMS, firstItem: vocabulary });
  const config: LlamaConfig = {
    family: "llama",
    vocabulary,
    ...{ hidden: 16, layers: 3, heads: 4, kvHeads: 2, headDim: 4, ffn: 24, normEps: 1e-5, maxPositions: 64 },
    rope: { kind: "default", theta: 10000 },
    tied: false,
    bias: { qkv: false, out: false, mlp: false },
    ...more,
  };
  const prompts = promptEncoder(PROMPT, tokenizer, vocabulary);
  const places = prompts.ids(100, [1, 2, 3]).length;
  return llama({ config, items: ITEMS, context: 3, prompts, places, checkpointing: false, ...options });
}
