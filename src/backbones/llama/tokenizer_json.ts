/**
 * Reading tokenizer.json and tokenizer_config.json: what is known of them here, what is refused, and items' tokens
 * among the others.
 * @module
 */
import { CheckpointError } from "./checkpoint_error.ts";
import type { TokenizerOptions } from "./tokenizer.ts";

type Json = Record<string, unknown>;

/** A tokenizer.json with items' tokens. */
export interface ReadTokenizer {
  /** The file's contents, with what the package asks for. */
  readonly json: Record<string, unknown>;
  /** What tokenizer_config.json wants before a text, undefined where it doesn't say. */
  readonly bos: number[] | undefined;
  /** The end-of-text token of tokenizer_config.json. */
  readonly eos: string | undefined;
  /** One more than the largest id of all tokens but the items'. */
  readonly size: number;
}

/**
 * Both files with items' tokens added.
 *
 * @throws {CheckpointError} for what createTokenizer refuses.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readTokenizer } from "./tokenizer_json.ts";
 * const tokenizerJson = { model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] } };
 * const { json, size } = readTokenizer({ tokenizerJson, items: 3, firstItem: 8 });
 * assert.equal(size, 2);
 * assert.deepEqual((json.added_tokens as { id: number }[]).map(({ id }) => id), [8, 9, 10]);
 * ```
 */
export function readTokenizer({ tokenizerJson, tokenizerConfig, items, firstItem }: TokenizerOptions): ReadTokenizer {
  if (!isObject(tokenizerJson)) throw new CheckpointError("tokenizer.json is not an object");
  const model = readModel(tokenizerJson.model);
  refuseUnfaithful(tokenizerJson.pre_tokenizer);
  const known = new Map(vocabulary(model));
  const added = tokenizerJson.added_tokens ?? [];
  if (!Array.isArray(added)) throw new CheckpointError("tokenizer.json: added_tokens is not a list");
  const listed = new Set<string>();
  for (const token of added) {
    if (!isObject(token) || typeof token.content !== "string") {
      throw new CheckpointError("tokenizer.json: an added token has no content");
    }
    listed.add(token.content);
    known.set(token.content, token.id);
  }
  const size = sizeWithoutItems(known, items, firstItem);
  if (size > firstItem) {
    throw new CheckpointError(`the tokenizer has ids up to ${size - 1}, which are the items' from ${firstItem} on`);
  }
  const itemTokens = Array.from({ length: items }, (_, item) => itemToken(item, firstItem + item))
    .filter(({ content }) => !listed.has(content));
  const defaults = { normalizer: null, pre_tokenizer: null, post_processor: null };
  const json = { ...defaults, ...tokenizerJson, decoder: null, model, added_tokens: [...added, ...itemTokens] };
  return { json, ...readConfig(tokenizerConfig, known), size };
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const itemToken = (item: number, id: number) => (
  { id, content: `<item_${item}>`, single_word: false, lstrip: false, rstrip: false, normalized: true, special: false }
);

const MODELS = ["BPE", "Unigram", "WordPiece"];

/** The model, of a type the package knows; it takes what it doesn't for something that leaves words whole. */
function readModel(model: unknown): Json {
  if (!isObject(model)) throw new CheckpointError("tokenizer.json has no model");
  if (Number(model.dropout ?? 0) !== 0) {
    throw new CheckpointError(
      `tokenizer.json: the model drops merges at random (dropout ${model.dropout}), wanted none`,
    );
  }
  const type = model.type ?? (Array.isArray(model.vocab) ? "Unigram" : Array.isArray(model.merges) ? "BPE" : undefined);
  if (!MODELS.includes(type as string)) {
    throw new CheckpointError(
      `tokenizer.json's model is of type ${JSON.stringify(type)}, known are ${MODELS.join(", ")}`,
    );
  }
  if (type === "BPE" && !Array.isArray(model.merges)) throw new CheckpointError("tokenizer.json's BPE has no merges");
  return { ...model, type };
}

/** Ids by token, not yet held to be ids. */
function vocabulary({ type, vocab }: Json): [string, unknown][] {
  if (type === "Unigram" && Array.isArray(vocab)) return vocab.map((entry, id) => [String(entry?.[0]), id]);
  if (type !== "Unigram" && isObject(vocab)) return Object.entries(vocab);
  throw new CheckpointError("tokenizer.json's model has no vocabulary");
}

/** Holds ids to be ids, and items' to be where they are wanted. */
function sizeWithoutItems(ids: ReadonlyMap<string, unknown>, items: number, firstItem: number): number {
  let size = 0;
  for (const [token, id] of ids) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= 2 ** 31) {
      throw new CheckpointError(`tokenizer.json: the id of ${JSON.stringify(token)} is ${JSON.stringify(id)}`);
    }
    const item = /^<item_(0|[1-9]\d*)>$/.exec(token)?.[1];
    if (item === undefined) size = Math.max(size, id + 1);
    else if (Number(item) >= items) {
      throw new CheckpointError(`the tokenizer has a token ${token}, but there are ${items} items`);
    } else if (id !== firstItem + Number(item)) {
      throw new CheckpointError(`the tokenizer has ${token} with id ${id}, wanted was ${firstItem + Number(item)}`);
    }
  }
  return size;
}

/** Refuses what the package would pass over in silence, and give other ids for than Hugging Face does. */
function refuseUnfaithful(preTokenizer: unknown): void {
  if (!isObject(preTokenizer)) return;
  const { type, split, behavior, pretokenizers } = preTokenizer;
  if (type === "Sequence" && Array.isArray(pretokenizers)) pretokenizers.forEach(refuseUnfaithful);
  if (type === "Metaspace" && split !== false) {
    throw new CheckpointError("tokenizer.json: Metaspace that splits at spaces is not known here");
  }
  if (type === "Split" && !["Isolated", "Removed"].includes(behavior as string)) {
    throw new CheckpointError(`tokenizer.json: Split with behavior ${JSON.stringify(behavior)} is not known here`);
  }
}

/**
 * Whether a text begins with the beginning-of-text token, where tokenizer_config.json says so, as transformers reads
 * it.
 */
function readConfig(config: unknown, ids: ReadonlyMap<string, unknown>): Pick<ReadTokenizer, "bos" | "eos"> {
  if (config === undefined || config === null) return { bos: undefined, eos: undefined };
  if (!isObject(config)) throw new CheckpointError("tokenizer_config.json is not an object");
  const named = (token: unknown) => isObject(token) ? token.content : token;
  const eosToken = named(config.eos_token);
  const eos = typeof eosToken === "string" ? eosToken : undefined;
  if (config.add_bos_token === false) return { bos: [], eos };
  const bosToken = named(config.bos_token);
  if (config.add_bos_token !== true || typeof bosToken !== "string") return { bos: undefined, eos };
  const id = ids.get(bosToken);
  if (id === undefined) {
    throw new CheckpointError(`tokenizer_config.json: bos_token "${bosToken}" is not in tokenizer.json`);
  }
  return { bos: [id as number], eos };
}
