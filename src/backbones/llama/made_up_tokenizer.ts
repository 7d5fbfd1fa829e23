/**
 * A tokenizer that nobody trained, for Llamas that nobody trained: byte pair encoding whose merges spell out one text's
 * words.
 * @module
 */

/**
 * The character that byte-level tokenizers write for each byte: printable ones as they are, the others from U+0100 on.
 */
const BYTE_SYMBOLS: readonly string[] = byteSymbols();

/**
 * A tokenizer.json, parsed: <s> (id 0), </s> (id 1), the 256 bytes, then what merging makes of them until each word of
 * `text` is one token, with the space before it if there is one. Any text can be encoded, other words in more tokens;
 * <s> is put before a text. Equal texts give equal tokenizers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { madeUpTokenizer } from "./made_up_tokenizer.ts";
 * import { createTokenizer } from "./tokenizer.ts";
 * const tokenizer = createTokenizer({ tokenizerJson: madeUpTokenizer("the next item"), items: 1, firstItem: 1000 });
 * assert.equal(tokenizer.encode("the next item").length, 3);
 * assert.equal(tokenizer.encode("the next word").length, 2 + " word".length);
 * ```
 */
export function madeUpTokenizer(text: string): unknown {
  const special = ["<s>", "</s>"];
  const { tokens, merges } = spellOut(text.match(/ ?\p{L}+/gu) ?? []);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => (
      { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
    )),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "<s>": { id: "<s>", ids: [0], tokens: ["<s>"] } },
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...special, ...tokens].map((token, id) => [token, id])),
      merges,
    },
  };
}

/**
 * Tokens and merges that make every word one token. A later merge never comes before an earlier one, so words stay
 * whole.
 */
function spellOut(words: readonly string[]): { tokens: Set<string>; merges: [string, string][] } {
  const tokens = new Set(BYTE_SYMBOLS);
  const merges: [string, string][] = [];
  for (const word of new Set(words)) {
    const symbols = Array.from(new TextEncoder().encode(word), (byte) => BYTE_SYMBOLS[byte]!);
    for (let pieces = merged(symbols, merges); pieces.length > 1; pieces = merged(pieces, merges)) {
      merges.push([pieces[0]!, pieces[1]!]);
      tokens.add(pieces[0]! + pieces[1]!);
    }
  }
  return { tokens, merges };
}

/** Byte pair encoding: the earliest merge that some neighbours allow, its first place first, again and again. */
function merged(symbols: readonly string[], merges: readonly [string, string][]): string[] {
  const pieces = [...symbols];
  const first = ([left, right]: [string, string]) =>
    pieces.findIndex((piece, at) => piece === left && pieces[at + 1] === right);
  for (;;) {
    const merge = merges.find((pair) => first(pair) >= 0);
    if (merge === undefined) return pieces;
    pieces.splice(first(merge), 2, merge[0] + merge[1]);
  }
}

/** Radford et al. 2019's table of characters for bytes. */
function byteSymbols(): string[] {
  let others = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = byte >= 0x21 && byte <= 0x7e || byte >= 0xa1 && byte <= 0xac || byte >= 0xae;
    return String.fromCharCode(printable ? byte : others++);
  });
}
