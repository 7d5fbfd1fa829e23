/**
 * Text to token ids as Hugging Face's tokenizers do it, with a token `<item_i>` for each item (OpenP5, arXiv
 * 2306.11134).
 *
 * The ids are those of the tokenizer.json; tokenizer_config.json counts for whether a text begins with the
 * beginning-of-text token, where it says so. Left out is what `tokenizers` would cut off or fill up (truncation,
 * padding). With a normalizer that puts a space before a text, as Llama 2's, an item right behind another is still an
 * item here, and plain text there.
 * @module
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { CheckpointError } from "./checkpoint_error.ts";
import { readTokenizer } from "./tokenizer_json.ts";

/** Turns text into token ids, items' tokens included. */
export interface Tokenizer {
  /**
   * Ids of a text; `special` (default false): with what the tokenizer puts around a text, e.g. <s> before it; an
   * end-of-text token put behind is left out.
   */
  encode(text: string, special?: boolean): Int32Array;
  /** Tokens of the tokenizer itself, items left out: one more than its largest id. */
  readonly size: number;
}

/** What a tokenizer is made of. */
export interface TokenizerOptions {
  /** tokenizer.json, parsed. */
  readonly tokenizerJson: unknown;
  /** tokenizer_config.json, parsed. */
  readonly tokenizerConfig?: unknown;
  /** How many items there are; item i, from 0, is the token `<item_i>`. */
  readonly items: number;
  /** Id of `<item_0>`; the others follow it. */
  readonly firstItem: number;
}

/**
 * The tokenizer of a checkpoint with items' tokens added, as `tokenizer.add_tokens` adds them: not special, normalized
 * as the text is, with nothing stripped beside them. Those that the file has already have to have the same ids.
 *
 * @throws {CheckpointError} for a file that is no tokenizer, or one of a kind that isn't known here, or whose ids are
 * the items'.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { madeUpTokenizer } from "./made_up_tokenizer.ts";
 * import { createTokenizer } from "./tokenizer.ts";
 * const tokenizer = createTokenizer({ tokenizerJson: madeUpTokenizer("next item"), items: 12, firstItem: 500 });
 * const [bos, next, item, space, ...items] = tokenizer.encode("next item <item_3><item_11>", true);
 * assert.deepEqual(items, [503, 511]);
 * assert.equal(bos, 0);
 * ```
 */
export function createTokenizer(options: TokenizerOptions): Tokenizer {
  const { json, bos, eos, size } = readTokenizer(options);
  const tokenizer = opened(json, eos);
  const plain = (text: string, special = false) => {
    const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: special });
    const unknown = ids.findIndex((id) => !Number.isSafeInteger(id));
    if (unknown >= 0) {
      throw new CheckpointError(
        `the tokenizer has no id for "${tokens[unknown]}", and no token for what it doesn't know`,
      );
    }
    return ids;
  };
  const before = bos ?? whatStandsBefore(plain);
  return {
    size,
    encode: (text, special = false) => Int32Array.from(special ? [...before, ...plain(text)] : plain(text)),
  };
}

/** The package's tokenizer, whose complaints become ours. */
function opened(json: Record<string, unknown>, eos: string | undefined): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(json, eos === undefined ? {} : { eos_token: eos });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CheckpointError(`tokenizer.json cannot be used: ${why}`, { cause: error });
  }
}

/** Ids that the post-processor puts before a text, found by the text's own ids among all. */
function whatStandsBefore(ids: (text: string, special?: boolean) => number[]): number[] {
  const own = ids("a");
  const all = ids("a", true);
  const at = all.findIndex((_, from) => from + own.length <= all.length && own.every((id, i) => id === all[from + i]));
  return all.slice(0, Math.max(0, at));
}
