/**
 * Tokens that all prompts of a template begin with.
 *
 * Merges may reach from the words before a user's number over into its digits, so those words' own ids are no beginning
 * of the prompt.
 * @module
 */
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Tokens that the prompts of all users begin with, and after which each has at least one more. `whole` gives a prompt's
 * ids.
 *
 * These are the tokens that prompts of users with numbers of all lengths have in common, and of them those of the words
 * before the one that {user} stands in: no Llama has tokens over the border of two words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { madeUpTokenizer } from "./made_up_tokenizer.ts";
 * import { safeBeginning } from "./prompt_prefix.ts";
 * import { fillTemplate } from "../../spec/prompt_template.ts";
 * import { createTokenizer } from "./tokenizer.ts";
 * const tokenizer = createTokenizer({ tokenizerJson: madeUpTokenizer("I am user"), items: 9, firstItem: 500 });
 * const template = "I am user_{user}: {items}";
 * const prefix = safeBeginning(template, tokenizer, (user, items) => {
 *   return tokenizer.encode(fillTemplate(template, user, items), true);
 * });
 * assert.deepEqual(prefix, tokenizer.encode("I am", true));
 * ```
 */
export function safeBeginning(
  template: string,
  tokenizer: Tokenizer,
  whole: (user: number, items: readonly number[]) => Int32Array,
): Int32Array {
  const namesUser = template.includes("{user}");
  const prompts = (namesUser ? sampleUsers() : [0]).flatMap((user) => [whole(user, []), whole(user, [1])]);
  let beginning = prompts[0]!;
  for (const prompt of prompts) {
    beginning = commonBeginning(beginning, prompt.subarray(0, Math.max(0, prompt.length - 1)));
  }
  return namesUser ? commonBeginning(beginning, tokenizer.encode(wordsBefore(template), true)) : beginning;
}

/** 0 to 99, and the ends, the middle and a repeated digit of each length up to 15 digits. */
function sampleUsers(): number[] {
  const users = Array.from({ length: 100 }, (_, user) => user);
  for (let least = 100; least < 1e15; least *= 10) {
    users.push(least, least + 1, 5 * least + Math.trunc(least / 3), Math.trunc(least / 9) * 7, 10 * least - 1);
  }
  return users;
}

/** The text before the first placeholder, without the word that it stands in and the space before that. */
function wordsBefore(template: string): string {
  const text = template.slice(0, template.search(/\{(user|items)\}/));
  return /^(.*\S)?\s+\S*$/su.exec(text)?.[1] ?? "";
}

/** The ids two texts have in common from their beginning on. */
function commonBeginning(a: Int32Array, b: Int32Array): Int32Array {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
