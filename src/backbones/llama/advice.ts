/**
 * What would make a Llama's training fit the memory there is.
 * @module
 */
import type { LlamaConfig } from "./config.ts";
import { type Footprint, trainingFootprint, type TrainingSizes } from "./footprint.ts";

/** Bytes of WebAssembly's one memory, at most. */
export const WASM_MOST = 4e9;

/**
 * Undefined where a training fits, else a sentence: what it needs, what there is, and each change by which it would fit. Where no change alone is enough
 * it says what all of them together come to.
 *
 * @param footprint of these sizes, e.g. {@linkcode trainingFootprint}'s.
 * @param budget bytes there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { advice } from "./advice.ts";
 * import { readLlamaConfig } from "./config.ts";
 * import { trainingFootprint } from "./footprint.ts";
 * const config = readLlamaConfig({
 *   architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 32000, hidden_size: 2048, intermediate_size: 5632,
 *   num_hidden_layers: 22, num_attention_heads: 32, num_key_value_heads: 4, max_position_embeddings: 2048,
 * }, "TinyLlama");
 * const sizes = {
 *   batch: 16, places: 60, shared: 4, items: 1000, rank: 8, adapted: [], itemRows: 0,
 *   checkpointing: false, rung: "tensorflow" as const,
 * };
 * const footprint = trainingFootprint(config, sizes);
 * assert.equal(advice(config, footprint, 64e9, sizes), undefined);
 * assert.match(advice(config, footprint, 8e9, sizes)!, /^needs about [\d.]+ GB and 8\.0 GB are there; .*checkpointing/);
 * ```
 */
export function advice(
  config: LlamaConfig,
  footprint: Footprint,
  budget: number,
  sizes: TrainingSizes,
): string | undefined {
  const most = limitOf(sizes, budget);
  if (footprint.total <= most) return undefined;
  const needed = `needs about ${gigabytes(footprint.total)} and ${gigabytes(most)} are there`;
  const changes = changesOf(config, sizes, most);
  const total = (changed: Partial<TrainingSizes>) => trainingFootprint(config, { ...sizes, ...changed }).total;
  const enough = changes.filter(({ change }) => total(change) <= limitOf({ ...sizes, ...change }, budget));
  if (enough.length > 0) return `${needed}; ${list(enough.map(({ what }) => what))} would make it fit`;
  const all = Object.assign({}, ...changes.map(({ change }) => change)) as Partial<TrainingSizes>;
  const together = total(all);
  const left = `${list(changes.map(({ what }) => what), "and")} together`;
  if (together > limitOf({ ...sizes, ...all }, budget)) {
    const sizes = `${gigabytes(together)}, of which weights are ${gigabytes(footprint.weights)}`;
    const none = changes.length === 0 ? "nothing" : `not even ${left}`;
    return `${needed}; ${none} would make it fit (${sizes}): it takes a smaller model, or a machine with more memory`;
  }
  return `${needed}; ${left} would make it fit`;
}

/** WebAssembly has no more than its one memory; elsewhere there is what there is. */
const limitOf = ({ rung }: TrainingSizes, budget: number): number =>
  rung === "wasm" ? Math.min(budget, WASM_MOST) : budget;

interface Change {
  readonly what: string;
  readonly change: Partial<TrainingSizes>;
}

/** Changes that a spec can make, the one that costs least first. */
function changesOf(config: LlamaConfig, sizes: TrainingSizes, most: number): Change[] {
  const { batch, checkpointing, adapted, rung } = sizes;
  const changes: Change[] = [];
  if (batch > 1) {
    let rows = batch >> 1;
    while (rows > 1 && trainingFootprint(config, { ...sizes, batch: rows }).total > most) rows >>= 1;
    const what = `parts of ${rows} ${rows === 1 ? "row" : "rows"} (a smaller batch, or more accumulation)`;
    changes.push({ what, change: { batch: rows } });
  }
  if (!checkpointing) changes.push({ what: "checkpointing", change: { checkpointing: true } });
  if (adapted.length > 1) {
    changes.push({
      what: "adapting half of the layers (lora.targets)",
      change: { adapted: adapted.slice(adapted.length >> 1) },
    });
  }
  if (rung !== "tensorflow") changes.push({ what: "engine tensorflow", change: { rung: "tensorflow", gpu: false } });
  return changes;
}

const list = (parts: readonly string[], word = "or"): string =>
  parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
