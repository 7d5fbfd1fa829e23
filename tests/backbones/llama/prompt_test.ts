import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import fc from "fast-check";
import { promptEncoder, templateProblems } from "../../../src/backbones/llama/prompt.ts";
import { createTokenizer, type Tokenizer } from "../../../src/backbones/llama/tokenizer.ts";
import { expected, TEMPLATE, tokenizerJson } from "./fixtures.ts";

const TEMPLATES = [
  TEMPLATE,
  "{items}",
  "{user} {items}",
  "{items} of {user}",
  "user_{user}, user_{user}: {items}",
  "次の{user}番は {items} です",
  " the  the{user} {items} ",
  "It has $& \n\n {items}\n",
];

const user = fc.oneof(
  fc.nat(9),
  fc.nat(999),
  fc.nat(2 ** 31 - 1),
  fc.maxSafeNat(),
);

describe("a template", () => {
  it("has {items} once, perhaps {user}, and nothing else in braces", () => {
    for (const template of TEMPLATES) assert.deepEqual(templateProblems(template), []);
    assert.deepEqual(templateProblems("user {user}"), ["{items} is missing"]);
    assert.deepEqual(templateProblems("{items} {items}"), ["{items} is there 2 times, wanted is once"]);
    assert.deepEqual(templateProblems("{foo} {items} {}{foo}"), [
      'unknown placeholder "{foo}", known are {user} and {items}',
      'unknown placeholder "{}", known are {user} and {items}',
    ]);
    assert.deepEqual(templateProblems("<item_3> {items}"), [
      '"<item_3>" is an item\'s token, which only {items} may write',
    ]);
  });

  it("with problems makes no prompts", () => {
    const tokenizer: Tokenizer = { size: 0, encode: () => new Int32Array() };
    assert.throws(() => promptEncoder("user", tokenizer, 0), { name: "RangeError", message: /\{items\} is missing/ });
  });
});

for (const [name, { size, items, cases }] of Object.entries(expected)) {
  describe(`prompts of a tokenizer of the kind ${name}`, () => {
    const tokenizer = createTokenizer({ tokenizerJson: tokenizerJson(name), items, firstItem: size });
    const list = fc.array(fc.nat(items), { maxLength: 8 });

    it("have the ids that Python gives their texts, padding left out", () => {
      const prompts = promptEncoder(TEMPLATE, tokenizer, size);
      assert.deepEqual([...prompts.ids(7, [0, 0, 4, 12, 1])], cases[0]!.special);
      assert.deepEqual([...prompts.ids(123456, Int32Array.of(25))], cases[1]!.special);
      assert.deepEqual([...prompts.ids(1203, [0, 0])], cases[2]!.special);
    });

    it("have the ids of their whole texts", () => {
      for (const template of TEMPLATES) {
        const prompts = promptEncoder(template, tokenizer, size);
        fc.assert(
          fc.property(user, list, (user, list) => {
            const written = list.filter((item) => item > 0).map((item) => `<item_${item - 1}>`).join(" ");
            const text = template.replaceAll("{user}", `${user}`).replace("{items}", () => written);
            assert.deepEqual(prompts.ids(user, list), tokenizer.encode(text, true));
          }),
          { numRuns: 50 },
        );
      }
    });

    it("begin with the same tokens, whoever the user is, and go on behind them", () => {
      for (const template of TEMPLATES) {
        const { prefix, ids } = promptEncoder(template, tokenizer, size);
        fc.assert(
          fc.property(user, list, (user, list) => {
            const prompt = ids(user, list);
            assert.deepEqual(prompt.slice(0, prefix.length), prefix);
            assert.ok(prompt.length > prefix.length);
          }),
          { numRuns: 100 },
        );
      }
    });

    it("share the words before the one with the user's number", () => {
      const words = "Here is the purchase history of";
      assert.deepEqual(promptEncoder(TEMPLATE, tokenizer, size).prefix, tokenizer.encode(words, true));
    });

    it("share all before the items, where there is no user", () => {
      assert.deepEqual(
        promptEncoder("These are the items: {items}", tokenizer, size).prefix,
        tokenizer.encode("These are the items:", true),
      );
    });
  });
}

describe("a prompt encoder", () => {
  const { size, items } = expected.llama2!;
  const tokenizer = createTokenizer({ tokenizerJson: tokenizerJson("llama2"), items, firstItem: size });

  it("refuses a template in which the tokenizer takes items for text", () => {
    // Behind a letter or bracket Llama 2's normalizer leaves "<item_0>", and the token has become "▁<item_0>".
    assert.throws(() => promptEncoder("({items})", tokenizer, size), {
      name: "CheckpointError",
      message: /takes an item's token for plain text in "\(<item_0> <item_0>\)"/,
    });
  });

  it("encodes whole texts with a tokenizer whose parts depend on each other", () => {
    // Each text ends with how many items are in it.
    const counting: Tokenizer = {
      size,
      encode: (text, special) => Int32Array.of(...tokenizer.encode(text, special), text.match(/<item_/g)?.length ?? 0),
    };
    const prompts = promptEncoder("user {user} has {items}", counting, size);
    for (const count of [0, 1, 2, 3]) assert.equal(prompts.ids(1, Array(count).fill(5)).at(-1), count);
  });

  it("gives no prompt that doesn't begin as the others do", () => {
    const odd: Tokenizer = {
      size,
      encode: (text, special) => tokenizer.encode(text.includes("271828") ? `!${text}` : text, special),
    };
    const prompts = promptEncoder(TEMPLATE, odd, size);
    assert.equal(prompts.ids(271827, [1])[0], prompts.prefix[0]);
    for (const list of [[1], [0]]) {
      assert.throws(() => prompts.ids(271828, list), { name: "CheckpointError", message: /prompt of user 271828/ });
    }
  });
});
