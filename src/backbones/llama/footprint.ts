/**
 * Memory that a Llama's training and ranking take at their peak, reckoned from sizes alone.
 *
 * What is held follows from what the backward pass reads; how often it is held (copies, threads that run ahead, gaps between blocks) is measured, by
 * tests/bench/llama_step.ts at 2 to 16 layers, widths of 128 to 1,024, contexts of 5 to 40 and up to 40,000 items. Reckoned and measured peaks differ
 * there by 14 % at most.
 * @module
 */
import { SCORES_AT_ONCE } from "../../engine/nn/score_blocks.ts";
import type { Rung } from "../../engine/types.ts";
import type { LlamaConfig } from "./config.ts";
import {
  headWidths,
  type PromptSizes,
  rowNumbers,
  stateRows,
  trainedNumbers,
  type TrainedSizes,
  weightNumbers,
} from "./sizes.ts";

/** Bytes at the peak, by what they are for. */
export interface Footprint {
  /** The frozen weights. */
  readonly weights: number;
  /** Numbers that train, with gradients, moments, next values and all copies in between. */
  readonly trained: number;
  /** States of the layers and what the backward pass keeps of them. */
  readonly activations: number;
  /** Scores over the catalogue, and the tables they are made with. */
  readonly scores: number;
  /** The process with its engine, and the step's graph. */
  readonly process: number;
  /** All of them. */
  readonly total: number;
}

/** Where a model is computed. */
export interface Place {
  readonly rung: Rung;
  /** Whether the rung's tensors are in a GPU's own memory; left out: on webgpu alone. */
  readonly gpu?: boolean;
  /** Compiled steps that are there at a time; left out: 1. On a GPU each has weights of its own. */
  readonly steps?: number;
}

/** What a training step's memory depends on. */
export interface TrainingSizes extends PromptSizes, TrainedSizes, Place {
  /** Whether layers are computed again in the backward pass. */
  readonly checkpointing: boolean;
}

/** What ranking and representing depend on. */
export interface ReadingSizes extends PromptSizes, Place {
  /** Tables of items with rows of their own beside the model's: adapters that are ranked with; left out: none. */
  readonly tables?: number;
}

/** Bytes of a number. */
const NUMBER = 4;

/** How often things are held, by measurement. */
interface Held {
  /** Bytes of a process with its engine, before there is a model. */
  readonly engine: number;
  /** Bytes of training's own: tokenizer, batches, the heap. And of reading. */
  readonly training: number;
  readonly reading: number;
  /** Bytes of a layer's part of the graph, in training and in reading. */
  readonly trainingLayer: number;
  readonly readingLayer: number;
  /** Copies of a trained number. */
  readonly trained: number;
  /** Copies of what the backward pass keeps of a layer, where it keeps it. */
  readonly kept: number;
  /** The same where layers are computed again: of one layer; and copies of a state for every layer. */
  readonly again: number;
  readonly state: number;
  /** In reading, copies of what a backward pass would keep: of one layer, or of each where a step's tensors live until its end. */
  readonly read: number;
  readonly readEach: number;
  /** Copies of the scores, and of the largest table. */
  readonly scores: number;
  readonly table: number;
}

const GRAPH: Held = {
  ...{ engine: 380e6, training: 44e6, reading: 95e6, trainingLayer: 12e6, readingLayer: 1e6 },
  ...{ trained: 16, kept: 1.13, again: 1.57, state: 2.7, read: 0.44, readEach: 0, scores: 4, table: 1.6 },
};

/** Kernel by kernel a step's tensors live until its end, or until a layer's that is computed again. */
const PLAIN: Held = {
  ...{ engine: 82e6, training: 40e6, reading: 11e6, trainingLayer: 0, readingLayer: 0 },
  ...{ trained: 28, kept: 3.96, again: 3.6, state: 9.2, read: 0, readEach: 1.46, scores: 4, table: 8.7 },
};

const heldOn = (rung: Rung): Held => rung === "tensorflow" ? GRAPH : PLAIN;

/**
 * Bytes of a process with its engine before there is a model: part of every {@linkcode Footprint}'s `process`.
 *
 * @example
 * ```ts
 * import { engineBytes } from "./footprint.ts";
 * console.assert(engineBytes("wasm") < engineBytes("tensorflow"));
 * ```
 */
export const engineBytes = (rung: Rung): number => heldOn(rung).engine;

/**
 * Copies of the weights. On the CPU a graph's variables are the eager tensors' memory (measured). To a GPU they would be copied once for each compiled
 * step: TensorFlow.js feeds a graph from the host. That is read in its source, not measured.
 */
const weightCopies = ({ rung, gpu = rung === "webgpu", steps = 1 }: Place): number =>
  rung === "tensorflow" && gpu ? 1 + steps : 1;

/** Numbers that a layer's backward pass reads, for all rows: states and normed states, heads, shares of attention, the gated unit, dropout's masks. */
function keptNumbers(config: LlamaConfig, sizes: PromptSizes): number {
  const { hidden, heads, ffn } = config;
  const { places, shared } = sizes;
  const { query, memory } = headWidths(config);
  const masks = (2 * hidden + query + ffn) / NUMBER;
  const row = 6 * hidden + 2 * query + 2 * memory * places / (places - shared) + heads * places + 5 * ffn + masks;
  return stateRows(sizes) * row;
}

/**
 * Memory of a training step at its peak.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readLlamaConfig } from "./config.ts";
 * import { trainingFootprint } from "./footprint.ts";
 * const config = readLlamaConfig({
 *   architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 32000, hidden_size: 2048, intermediate_size: 5632,
 *   num_hidden_layers: 22, num_attention_heads: 32, num_key_value_heads: 4, max_position_embeddings: 2048,
 * }, "TinyLlama");
 * const prompts = { batch: 16, places: 60, shared: 4, items: 1000 };
 * const trained = { rank: 8, adapted: [], itemRows: 0, rung: "tensorflow" as const };
 * const kept = trainingFootprint(config, { ...prompts, ...trained, checkpointing: false });
 * const again = trainingFootprint(config, { ...prompts, ...trained, checkpointing: true });
 * assert.ok(again.activations < kept.activations / 5 && again.weights === kept.weights);
 * ```
 */
export function trainingFootprint(config: LlamaConfig, sizes: TrainingSizes): Footprint {
  const held = heldOn(sizes.rung);
  const { layers, hidden } = config;
  const kept = keptNumbers(config, sizes);
  // In the last layer little is computed beside keys and values, except kernel by kernel at the same time as all others.
  const deep = sizes.rung === "tensorflow" ? layers - 1 : layers;
  const activations = sizes.checkpointing
    ? held.again * kept + held.state * deep * stateRows(sizes) * hidden
    : held.kept * Math.max(1, deep) * kept;
  return footprint({
    weights: NUMBER * weightCopies(sizes) * weightNumbers(config, sizes.items),
    trained: NUMBER * held.trained * trainedNumbers(config, sizes),
    activations: NUMBER * activations,
    scores: NUMBER * held.scores * scoreNumbers(sizes),
    process: held.engine + held.training + layers * held.trainingLayer,
  });
}

/** Memory of ranking at its peak, `batch` windows at a time. */
export function rankingFootprint(config: LlamaConfig, sizes: ReadingSizes): Footprint {
  const { items, tables = 0, rung } = sizes;
  return reading(config, sizes, heldOn(rung).scores * scoreNumbers(sizes) + 2 * tables * rowNumbers(config, items));
}

/** Scores that are there at a time. */
const scoreNumbers = ({ batch, items, blocks = 1 }: PromptSizes): number =>
  Math.min(batch * items, blocks * Math.max(SCORES_AT_ONCE, items));

/** Memory of representing windows at its peak, `batch` at a time. */
export const representFootprint = (config: LlamaConfig, sizes: Omit<ReadingSizes, "tables">): Footprint =>
  reading(config, sizes, 0);

function reading(config: LlamaConfig, sizes: ReadingSizes, scores: number): Footprint {
  const held = heldOn(sizes.rung);
  const { layers, hidden, vocabulary } = config;
  const table = held.table * (vocabulary + sizes.items) * hidden;
  return footprint({
    weights: NUMBER * weightCopies(sizes) * weightNumbers(config, sizes.items),
    trained: 0,
    activations: NUMBER * (held.read + layers * held.readEach) * keptNumbers(config, sizes),
    scores: NUMBER * (scores + table),
    process: held.engine + held.reading + layers * held.readingLayer,
  });
}

function footprint(parts: Omit<Footprint, "total">): Footprint {
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) };
}
