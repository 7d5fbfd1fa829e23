/**
 * The language model of an experiment: a checkpoint's folder, or one that the program makes up, with a prompt and a row for every item.
 * @module
 */
import { basename, join } from "node:path";
import { checkpointDigest } from "../adapters/checkpoint_digest.ts";
import { readCheckpointConfig } from "../adapters/checkpoint_config.ts";
import { requireCheckpointTensors } from "../adapters/checkpoint_tensors.ts";
import { readTokenizerFiles } from "../adapters/checkpoint_tokenizer.ts";
import { rowBlocks, standardDeviation } from "../adapters/row_blocks.ts";
import { openTensors } from "../adapters/safetensors_reader.ts";
import { WeightsError } from "../adapters/weights_error.ts";
import { CheckpointError } from "../backbones/llama/checkpoint_error.ts";
import type { LlamaConfig } from "../backbones/llama/config.ts";
import { llama } from "../backbones/llama/llama.ts";
import { madeUpTokenizer } from "../backbones/llama/made_up_tokenizer.ts";
import { type PromptEncoder, promptEncoder } from "../backbones/llama/prompt.ts";
import { createTokenizer } from "../backbones/llama/tokenizer.ts";
import type { Backbone } from "../backbones/types.ts";
import { DataError } from "../data/errors.ts";
import type { SlicedData } from "../data/types.ts";
import { onDevice } from "../engine/on_device.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import type { LlamaSpec, MadeUpCheckpoint } from "../spec/types.ts";
import type { WeightsFile } from "./backbone_weights.ts";
import { sha256 } from "./digest.ts";

/** A language model before anything is trained. */
export interface LanguageModel {
  /** With prompts as long as the data's longest. */
  readonly backbone: Backbone;
  /** Its sizes and settings. */
  readonly config: LlamaConfig;
  /** Tokens that all prompts begin with, and places of the longest. */
  readonly prompt: { readonly shared: number; readonly places: number };
  /** What it was read from: what the model is known by. */
  readonly checkpoint: WeightsFile;
  /** What a plan had to do without; empty in a run. */
  readonly notes: readonly string[];
  /** Its parameters on the device, the items' new rows drawn by the seed: N(0, std of the checkpoint's own rows). The caller disposes them. */
  load(seed: number): Promise<Record<string, Tensor>>;
}

/** What a model is read from. */
interface Origin {
  readonly config: LlamaConfig;
  readonly tokenizer: { readonly tokenizerJson: unknown; readonly tokenizerConfig?: unknown };
  readonly checkpoint: WeightsFile;
  readonly notes: readonly string[];
  /** Opens what tensors are read from. */
  open(backbone: Backbone): Promise<Tensors>;
}

/** Tensors of a checkpoint. */
interface Tensors {
  /** Some rows at a time. */
  rows(name: string): AsyncIterable<Float32Array> | Iterable<Float32Array>;
  close(): void;
}

/**
 * Opens the checkpoint a spec names: settings, tokenizer and the names of its tensors are read, no weights.
 *
 * @throws {DataError} naming the folder and what is missing or not computed here, or a prompt that is too long.
 */
export async function openLanguageModel(
  spec: LlamaSpec,
  data: SlicedData,
  context: number,
  purpose: "run" | "plan",
): Promise<LanguageModel> {
  const origin = await refusing(spec, () => originOf(spec, purpose));
  const { config, checkpoint } = origin;
  const items = data.catalogue.size;
  const prompts = await refusing(spec, () => {
    const tokenizer = createTokenizer({ ...origin.tokenizer, items, firstItem: config.vocabulary });
    return promptEncoder(spec.prompt, tokenizer, config.vocabulary);
  });
  const places = longestPrompt(prompts, data.userIds.length, context);
  const longest = Math.min(spec.maxLength, config.maxPositions);
  if (places > longest) {
    const which = longest === spec.maxLength ? "backbone.maxLength" : "the checkpoint's max_position_embeddings";
    throw new DataError(
      `Cannot prompt with ${context} items: found ${places} tokens, wanted ${which}, ${longest}, at most; ` +
        `a smaller windows.context or a shorter backbone.prompt takes fewer`,
    );
  }
  const { checkpointing } = spec;
  const backbone = llama({ config, items, context, prompts, places, checkpointing });
  return {
    backbone,
    config,
    prompt: { shared: prompts.prefix.length, places },
    checkpoint,
    notes: origin.notes,
    load: (seed) => refusing(spec, () => load(origin, backbone, seed)),
  };
}

/** Users whose prompts are made to see how long prompts are; of more, as many. */
const SEEN = 20_000;

/** Places for the longest prompt: an item is one token, so users make the difference. */
function longestPrompt(prompts: PromptEncoder, users: number, context: number): number {
  const items = new Int32Array(context).fill(1);
  const step = Math.max(1, users / SEEN);
  let longest = 0;
  for (let at = 0; at < users; at += step) {
    longest = Math.max(longest, prompts.ids(Math.floor(at), items).length);
  }
  // Of a user who was not seen every digit may be a token of its own.
  return step === 1 ? longest : longest + `${users}`.length - 1;
}

async function load(origin: Origin, backbone: Backbone, seed: number): Promise<Record<string, Tensor>> {
  const tensors = await origin.open(backbone);
  const parameters: Record<string, Tensor> = {};
  try {
    for (const [name, shape] of Object.entries(backbone.shapes)) {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (name === backbone.scoreTable?.name) {
        // Of the output rows those of the items alone are kept, behind a row that is no item's.
        await drawRows(tensors, name, seed, values.subarray(backbone.width));
      } else {
        let at = 0;
        for await (const block of tensors.rows(name)) {
          values.set(block, at);
          at += block.length;
        }
        if (name === backbone.itemTable) await drawRows(tensors, name, seed, values.subarray(at));
      }
      parameters[name] = onDevice({ shape, values });
    }
    return parameters;
  } catch (error) {
    tf.dispose(parameters);
    throw error;
  } finally {
    tensors.close();
  }
}

async function drawRows(tensors: Tensors, name: string, seed: number, into: Float32Array): Promise<void> {
  stream(seed, `item rows ${name}`).fillNormal(into, await standardDeviation(tensors.rows(name)));
}

async function originOf({ checkpoint, prompt }: LlamaSpec, purpose: "run" | "plan"): Promise<Origin> {
  if (typeof checkpoint !== "string") return madeUpOrigin(checkpoint, prompt);
  const config = await readCheckpointConfig(checkpoint);
  const stamp = await stampOf(checkpoint);
  const notes: string[] = [];
  const read = async <T>(what: string, otherwise: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (purpose === "run" || !(error instanceof CheckpointError || error instanceof WeightsError)) throw error;
      notes.push(`The checkpoint is planned without its ${what}, and does not run: ${error.message}.`);
      return otherwise;
    }
  };
  const name = basename(checkpoint);
  return {
    config,
    // Words are tokens of the one that is made up, as of others mostly: prompts are about as long.
    tokenizer: await read(
      "tokenizer",
      { tokenizerJson: madeUpTokenizer(prompt) },
      () => readTokenizerFiles(checkpoint),
    ),
    checkpoint: await read("weights", { name, bytes: 0, sha256: "" }, async () => {
      await requireTensors(checkpoint, config);
      const { sha256, bytes } = await checkpointDigest(checkpoint);
      return { name, bytes, sha256 };
    }),
    notes,
    async open() {
      if (await stampOf(checkpoint) !== stamp) {
        throw new CheckpointError("its files have changed since the run began");
      }
      const source = await openTensors(checkpoint);
      return { rows: (name) => rowBlocks(source, name), close: () => source.close() };
    },
  };
}

/** Sizes and times of a folder's files: what tells of a change without reading them again. */
async function stampOf(folder: string): Promise<string> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) continue;
    const { size, mtime } = await Deno.stat(join(folder, name));
    files.push(`${name} ${size} ${mtime?.getTime()}`);
  }
  return files.sort().join();
}

async function requireTensors(folder: string, config: LlamaConfig): Promise<void> {
  const source = await openTensors(folder);
  try {
    await requireCheckpointTensors(source, config);
  } finally {
    source.close();
  }
}

/** Longest prompt of a model that is made up. */
const MADE_UP_POSITIONS = 2048;

function madeUpOrigin(made: MadeUpCheckpoint, prompt: string): Origin {
  const { hidden, layers, heads, kvHeads, ffn, tied, seed } = made;
  const tokenizerJson = madeUpTokenizer(prompt);
  const { size } = createTokenizer({ tokenizerJson, items: 0, firstItem: Infinity });
  const config: LlamaConfig = {
    family: "llama",
    vocabulary: size,
    hidden,
    layers,
    heads,
    kvHeads,
    headDim: hidden / heads,
    ffn,
    normEps: 1e-5,
    rope: { kind: "default", theta: 10000 },
    maxPositions: MADE_UP_POSITIONS,
    tied,
    bias: { qkv: false, out: false, mlp: false },
  };
  const known = sha256(JSON.stringify([made, tokenizerJson]));
  return {
    config,
    tokenizer: { tokenizerJson },
    checkpoint: { name: "made up", bytes: 0, sha256: known },
    notes: [],
    open(backbone) {
      const weights = backbone.initialise(seed);
      const rows = (name: string) => {
        const { values } = weights[name]!;
        // Behind the checkpoint's own tokens stand the items, which it does not have.
        return [name === backbone.itemTable ? values.subarray(0, size * hidden) : values];
      };
      return Promise.resolve({ rows, close: () => {} });
    },
  };
}

/** What is wrong with a checkpoint is the user's to mend: the spec's field and folder are named. */
async function refusing<T>({ checkpoint }: LlamaSpec, act: () => Promise<T> | T): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!(cause instanceof CheckpointError || cause instanceof WeightsError)) throw cause;
    const file = typeof checkpoint === "string" ? checkpoint : undefined;
    const named = file === undefined ? "" : ` ${file}`;
    // What reads a folder names it too.
    const why = cause.message.replace(`Cannot use checkpoint ${file}: `, "");
    throw new DataError(`Cannot use backbone.checkpoint${named}: ${why}`, { ...(file && { file }), cause });
  }
}
