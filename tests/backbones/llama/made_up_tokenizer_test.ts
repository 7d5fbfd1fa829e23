import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { madeUpTokenizer } from "../../../src/backbones/llama/made_up_tokenizer.ts";
import { createTokenizer } from "../../../src/backbones/llama/tokenizer.ts";
import { expected, TEMPLATE, tokenizerJson } from "./fixtures.ts";

const tokens = (tokenizerJson: unknown, text: string) =>
  createTokenizer({ tokenizerJson, items: 1, firstItem: 100_000 }).encode(text).length;

describe("a made-up tokenizer", () => {
  it("is the one whose ids Python was asked for", () => {
    assert.deepEqual(madeUpTokenizer(TEMPLATE), tokenizerJson("made_up"));
    assert.equal(expected.made_up!.cases.length, expected.llama2!.cases.length);
  });

  it("has <s>, </s> and the bytes first", () => {
    const { vocab } = (madeUpTokenizer("") as { model: { vocab: Record<string, number> } }).model;
    assert.deepEqual(Object.values(vocab).sort((a, b) => a - b), [...Array(258).keys()]);
    // GPT-2's table: byte 0 is U+0100, the space U+0120, "a" itself, byte 0xff U+00FF.
    assert.deepEqual([vocab["<s>"], vocab["</s>"], vocab["Ā"], vocab["Ġ"], vocab["a"], vocab["ÿ"]], [
      0,
      1,
      2,
      34,
      99,
      257,
    ]);
  });

  it("makes each word of its text one token, whatever the others have in common with it", () => {
    for (
      const text of [
        "the other then he there",
        "aaaa aa aaa a aaaaaaa",
        "abab ba abba",
        "naïve café 東京 Élan",
        TEMPLATE,
      ]
    ) {
      const words = text.match(/ ?\p{L}+/gu)!;
      for (const word of words) assert.equal(tokens(madeUpTokenizer(text), word), 1, word);
    }
  });

  // By hand: 20 words, _ and 7 and : and . and . and :, and for each item the space before it.
  it("makes a prompt of 26 tokens and two for each item", () => {
    const prompt = (items: string) => TEMPLATE.replace("{user}", "7").replace("{items}", items);
    assert.equal(tokens(madeUpTokenizer(TEMPLATE), prompt("<item_0>")), 26 + 2);
    assert.equal(tokens(madeUpTokenizer(TEMPLATE), prompt(Array(20).fill("<item_0>").join(" "))), 26 + 40);
  });
});
