import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { CheckpointError } from "../../../src/backbones/llama/checkpoint_error.ts";
import { createTokenizer } from "../../../src/backbones/llama/tokenizer.ts";
import { expected, tokenizerJson } from "./fixtures.ts";

for (const [name, { size, items, cases }] of Object.entries(expected)) {
  describe(`a tokenizer of the kind ${name}`, () => {
    const tokenizer = createTokenizer({ tokenizerJson: tokenizerJson(name), items, firstItem: size });

    it("gives the ids that Python gives", () => {
      for (const { text, ids } of cases) assert.deepEqual([...tokenizer.encode(text)], ids, JSON.stringify(text));
    });

    it("begins a text as Python does", () => {
      for (const { text, special } of cases) {
        assert.deepEqual([...tokenizer.encode(text, true)], special, JSON.stringify(text));
      }
    });

    it("knows its size", () => assert.equal(tokenizer.size, size));
  });
}

/** A tokenizer of the letters a (0) and b (1) and of <s> (2) and </s> (3), with changes. */
function letters(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const special = ["<s>", "</s>"].map((content, at) => ({ id: 2 + at, content, special: true }));
  return { added_tokens: special, model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] }, ...changes };
}

const create = (tokenizerJson: unknown, tokenizerConfig?: unknown) =>
  createTokenizer({ tokenizerJson, tokenizerConfig, items: 12, firstItem: 10 });

describe("a tokenizer's items", () => {
  it("have ids that follow the first one's, which may leave room behind the tokenizer's own", () => {
    const tokenizer = create(letters());
    assert.equal(tokenizer.size, 4);
    assert.deepEqual([...tokenizer.encode("a<item_0><item_1>b<item_11>")], [0, 10, 11, 1, 21]);
  });

  it("may be in the file already, where they are wanted", () => {
    const tokens = [{ id: 10, content: "<item_0>" }, { id: 21, content: "<item_11>" }];
    const tokenizer = create(letters({ added_tokens: tokens }));
    assert.equal(tokenizer.size, 2);
    assert.deepEqual([...tokenizer.encode("<item_11><item_0><item_1>")], [21, 10, 11]);
  });

  it("are refused where the file has them elsewhere, or has others, or has its own tokens there", () => {
    const refused: [Record<string, unknown>, RegExp][] = [
      [letters({ added_tokens: [{ id: 11, content: "<item_0>" }] }), /has <item_0> with id 11, wanted was 10/],
      [letters({ added_tokens: [{ id: 22, content: "<item_12>" }] }), /a token <item_12>, but there are 12 items/],
      [letters({ added_tokens: [{ id: 10, content: "<s>" }] }), /ids up to 10, which are the items' from 10 on/],
    ];
    for (const [json, message] of refused) assert.throws(() => create(json), { name: "CheckpointError", message });
  });

  it("take no time worth mentioning, be they 20,000", () => {
    const items = 20_000;
    const started = performance.now();
    const tokenizer = createTokenizer({ tokenizerJson: letters(), items, firstItem: 10 });
    const text = Array.from({ length: items }, (_, item) => `<item_${item}>`).join("ab");
    assert.deepEqual(tokenizer.encode(text).filter((id) => id >= 10).length, items);
    assert.ok(performance.now() - started < 5000);
  });
});

describe("what stands around a text", () => {
  const template = (...tokens: string[]) => ({
    type: "TemplateProcessing",
    single: tokens.map((id) => id === "A" ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } }),
  });

  it("is left out behind it", () => {
    const tokenizer = create(letters({ post_processor: template("<s>", "A", "</s>") }));
    assert.deepEqual([...tokenizer.encode("ab", true)], [2, 0, 1]);
    assert.deepEqual([...tokenizer.encode("", true)], [2]);
    assert.deepEqual([...create(letters({ post_processor: template("A", "</s>") })).encode("ab", true)], [0, 1]);
  });

  it("is as tokenizer_config.json says, where it says so", () => {
    const before = (config: unknown, json = letters()) => [...create(json, config).encode("a", true)];
    const bos = letters({ post_processor: template("<s>", "A") });
    assert.deepEqual(before({ add_bos_token: true, bos_token: "<s>" }), [2, 0]);
    assert.deepEqual(before({ add_bos_token: true, bos_token: { content: "<s>" } }), [2, 0]);
    assert.deepEqual(before({ bos_token: "<s>" }), [0]);
    assert.deepEqual(before({ add_bos_token: false }, bos), [0]);
    assert.deepEqual(before({ eos_token: "</s>" }, bos), [2, 0]);
    assert.throws(() => before({ add_bos_token: true, bos_token: "<b>" }), {
      name: "CheckpointError",
      message: /"<b>" is not in tokenizer.json/,
    });
  });
});

describe("a tokenizer is refused", () => {
  const refused: Record<string, [unknown, RegExp]> = {
    "that is no object": [[], /not an object/],
    "without a model": [{ added_tokens: [] }, /has no model/],
    "with a model of another type": [
      letters({ model: { type: "WordLevel", vocab: {} } }),
      /"WordLevel", known are BPE/,
    ],
    "without merges": [letters({ model: { type: "BPE", vocab: {} } }), /no merges/],
    "without a vocabulary": [letters({ model: { type: "BPE", merges: [] } }), /no vocabulary/],
    "with an id that is none": [
      letters({ model: { type: "BPE", vocab: { a: -1 }, merges: [] } }),
      /the id of "a" is -1/,
    ],
    "whose added tokens are no list": [letters({ added_tokens: {} }), /added_tokens is not a list/],
    "whose added tokens are no tokens": [letters({ added_tokens: [7] }), /has no content/],
    "with a normalizer that is not known": [
      letters({ normalizer: { type: "Shout" } }),
      /Unknown Normalizer type: Shout/,
    ],
    "that splits as is not known": [
      letters({
        pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Split", behavior: "MergedWithNext" }] },
      }),
      /"MergedWithNext" is not known/,
    ],
    "that splits at spaces as is not known": [letters({ pre_tokenizer: { type: "Metaspace" } }), /Metaspace/],
  };
  for (const [what, [json, message]] of Object.entries(refused)) {
    it(what, () => assert.throws(() => create(json), { name: "CheckpointError", message }));
  }

  it("with a configuration that is no object", () => {
    assert.throws(() => create(letters(), "no"), CheckpointError);
  });

  it("for a text with what it has no id for", () => {
    const model = { type: "WordPiece", vocab: { a: 0 }, unk_token: "?", merges: [] };
    assert.throws(() => create(letters({ model })).encode("x"), { name: "CheckpointError", message: /no id for "\?"/ });
  });
});
