import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { createTokenizer } from "../../src/backbones/llama/tokenizer.ts";
import { conformancePath } from "./directory.ts";

interface AddedToken {
  readonly id: number;
  readonly content: string;
}

const read = (name: string) => JSON.parse(Deno.readTextFileSync(conformancePath("tokenizer", name)));
const tokenizerJson = read("tokenizer.json");
const itemTokens = (tokenizerJson.added_tokens as AddedToken[]).filter(({ content }) => /^<item_\d+>$/.test(content));
const firstItem = itemTokens.find(({ content }) => content === "<item_0>")!.id;

describe("the tokenizer equals Hugging Face's", () => {
  it("in every id of every text", () => {
    const tokenizer = createTokenizer({ tokenizerJson, items: itemTokens.length, firstItem });
    for (const { text, ids } of read("expected.json") as { text: string; ids: number[] }[]) {
      assert.deepEqual([...tokenizer.encode(text)], ids, text);
    }
  });

  it("whether the file has the items' tokens or is given them", () => {
    const own = tokenizerJson.added_tokens.filter((token: AddedToken) => !itemTokens.includes(token));
    const tokenizer = createTokenizer({
      tokenizerJson: { ...tokenizerJson, added_tokens: own },
      items: itemTokens.length,
      firstItem,
    });
    for (const { text, ids } of read("expected.json") as { text: string; ids: number[] }[]) {
      assert.deepEqual([...tokenizer.encode(text)], ids, text);
    }
  });
});
