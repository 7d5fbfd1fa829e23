/**
 * Holds a checkpoint's tensors to those that its config.json makes.
 * @module
 */
import { CheckpointError } from "../backbones/llama/checkpoint_error.ts";
import { type LlamaConfig, llamaShapes } from "../backbones/llama/config.ts";
import { rowBlocks } from "./row_blocks.ts";
import type { TensorSource } from "./safetensors_reader.ts";

/** What older versions of transformers saved and newer ones work out. */
const WORKED_OUT = /^model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq$/;
const [TABLE, OUTPUT] = ["model.embed_tokens.weight", "lm_head.weight"];

/**
 * Refuses a checkpoint in which a tensor is missing, has another shape, or is not known.
 *
 * Rotary frequencies, which can be worked out, are passed over, and so are output rows of a tied model that are the token table's: where they
 * are others, transformers 5 does not tie them, whatever config.json says.
 *
 * @throws {CheckpointError} naming the tensor.
 *
 * @example
 * ```ts
 * import { readCheckpointConfig } from "./checkpoint_config.ts";
 * import { openTensors } from "./safetensors_reader.ts";
 * const folder = "tests/fixtures/conformance/llama/model";
 * const tensors = await openTensors(folder);
 * await requireCheckpointTensors(tensors, await readCheckpointConfig(folder));
 * tensors.close();
 * ```
 */
export async function requireCheckpointTensors(tensors: TensorSource, config: LlamaConfig): Promise<void> {
  const refuse = (why: string) => new CheckpointError(`Cannot use checkpoint ${tensors.folder}: ${why}`);
  const wanted = llamaShapes(config);
  const names = new Set(tensors.names);
  for (const [name, shape] of Object.entries(wanted)) {
    if (!names.has(name)) throw refuse(`its tensor "${name}" is missing, wanted [${shape}]`);
    checkShape(name, shape);
  }
  for (const name of names) {
    if (Object.hasOwn(wanted, name) || WORKED_OUT.test(name)) continue;
    if (name !== OUTPUT) throw refuse(`its tensor ${JSON.stringify(name)} is none that ${config.family} has`);
    checkShape(name, wanted[TABLE]!);
    if (!await areSame(tensors, TABLE, OUTPUT)) {
      throw refuse(`tie_word_embeddings is true, and "${OUTPUT}" is not "${TABLE}"; wanted false, or equal tensors`);
    }
  }

  function checkShape(name: string, shape: readonly number[]): void {
    const found = tensors.shapeOf(name);
    if (found.length === shape.length && found.every((length, axis) => length === shape[axis])) return;
    throw refuse(`its tensor "${name}" is [${found}], wanted [${shape}]`);
  }
}

async function areSame(tensors: TensorSource, one: string, other: string): Promise<boolean> {
  const others = rowBlocks(tensors, other);
  for await (const block of rowBlocks(tensors, one)) {
    const { value } = await others.next();
    if (value === undefined || block.some((each, at) => each !== value[at])) return false;
  }
  return true;
}
