/**
 * What a Llama's work is measured in: numbers in its weights and in what trains, and floating point operations.
 * @module
 */
import type { Projection } from "../types.ts";
import { type LlamaConfig, llamaShapes } from "./config.ts";

/** What a batch of prompts looks like. */
export interface PromptSizes {
  /** Prompts computed at a time. */
  readonly batch: number;
  /** Tokens of the longest prompt. */
  readonly places: number;
  /** Tokens at the beginning that are computed once for all; 0 where several adapters share a pass. */
  readonly shared: number;
  /** Items of the catalogue. */
  readonly items: number;
  /** Blocks of scores over them that are held at a time; left out: 1. */
  readonly blocks?: number;
}

/** What trains on a frozen model. */
export interface TrainedSizes {
  /** r of the low-rank terms. */
  readonly rank: number;
  /** The adapted projections. */
  readonly adapted: readonly Projection[];
  /** Items whose rows train. */
  readonly itemRows: number;
  /** Adapters trained side by side; left out: 1. */
  readonly adapters?: number;
}

/** Rows of the matrix of states: what is shared, then every prompt's own places. */
export const stateRows = ({ batch, places, shared }: PromptSizes): number => shared + batch * (places - shared);

/** Numbers in the weights on the device, rows of the items included. */
export function weightNumbers(config: LlamaConfig, items: number): number {
  const { vocabulary, hidden, tied } = config;
  const all = Object.values(llamaShapes(config)).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return all + (tied ? items * hidden : (2 * items + 1 - vocabulary) * hidden);
}

/** Numbers that train: low-rank terms, and rows of items where they are read and, in an untied model, where they are scored. */
export function trainedNumbers(config: LlamaConfig, { rank, adapted, itemRows, adapters = 1 }: TrainedSizes): number {
  const lora = rank * adapted.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
  return adapters * (lora + rowNumbers(config, itemRows));
}

/** Numbers in the rows of so many items. */
export const rowNumbers = ({ hidden, tied }: LlamaConfig, itemRows: number): number =>
  (tied ? 1 : 2) * itemRows * hidden;

/** Widths of queries and of keys or values. */
export const headWidths = ({ heads, kvHeads, headDim }: LlamaConfig) => ({
  query: heads * headDim,
  memory: kvHeads * headDim,
});

/**
 * Floating point operations of one forward pass; a product of [a, b] and [b, c] has 2 a b c. In the last layer queries and all behind attention are
 * computed for one place of each prompt, unless all are `everywhere` (representations, which need no scores either).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readLlamaConfig } from "./config.ts";
 * const config = readLlamaConfig({
 *   architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 9, hidden_size: 4, intermediate_size: 8,
 *   num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 64,
 * }, "here");
 * // One prompt of one place: 48 weights of attention, 96 behind it; a query, a key and a value of 4; scores of 3 items.
 * assert.equal(forwardFlops(config, { batch: 1, places: 1, shared: 0, items: 3 }), 2 * (48 + 96 + 2 * 4 + 3 * 4));
 * ```
 */
export function forwardFlops(config: LlamaConfig, sizes: PromptSizes, everywhere = false): number {
  const { batch, places, shared, items } = sizes;
  const rows = stateRows(sizes);
  const { query } = headWidths(config);
  const pairs = batch * (places - shared) * places + shared ** 2;
  const { memory, rest } = layerWeights(config);
  const whole = 2 * (rows * (memory + rest) + 2 * query * pairs);
  if (everywhere) return config.layers * whole;
  const top = 2 * (rows * memory + batch * rest + 2 * query * batch * places);
  return (config.layers - 1) * whole + top + 2 * batch * items * config.hidden;
}

/** Weights of a layer that are read at every place in any case, and the others. */
function layerWeights(config: LlamaConfig): { readonly memory: number; readonly rest: number } {
  const { hidden, ffn } = config;
  const widths = headWidths(config);
  return { memory: 2 * hidden * widths.memory, rest: 2 * hidden * widths.query + 3 * hidden * ffn };
}

/**
 * Floating point operations of one training step of `batch` prompts. Frozen weights have no gradient, so the backward pass costs as much as the forward
 * pass, and low-rank terms twice as much; scores have products for states and, where rows train, for rows. With `checkpointing` layers run forward twice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readLlamaConfig } from "./config.ts";
 * const config = readLlamaConfig({
 *   architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 9, hidden_size: 4, intermediate_size: 8,
 *   num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 64,
 * }, "here");
 * const sizes = { batch: 2, places: 5, shared: 1, items: 30, rank: 2, adapted: [], itemRows: 0 };
 * const [kept, again] = [false, true].map((checkpointing) => trainingFlops(config, { ...sizes, checkpointing }));
 * // Two passes, and three where layers run twice; scores, 2 * 2 * 30 * 4, never do.
 * assert.equal(again! - kept!, forwardFlops(config, sizes) - 480);
 * ```
 */
export function trainingFlops(
  config: LlamaConfig,
  sizes: PromptSizes & TrainedSizes & { readonly checkpointing: boolean },
): number {
  const { batch, items, rank, adapted, itemRows, adapters = 1, checkpointing } = sizes;
  const scores = 2 * batch * items * config.hidden;
  const layers = forwardFlops(config, sizes) - scores;
  const lora = 2 * stateRows(sizes) * rank * adapters *
    adapted.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
  const passes = checkpointing ? 3 : 2;
  return passes * layers + (passes + 1) * lora + scores * (itemRows === 0 ? 2 : 3);
}
