/** Tokenizers and the ids that Python's `tokenizers` gives for texts, read from tests/fixtures/backbones/llama. */
import { fileURLToPath } from "node:url";

/** A text with its ids, without and with what the tokenizer puts around it. */
export interface Case {
  readonly text: string;
  readonly ids: readonly number[];
  readonly special: readonly number[];
}

/** What Python says about a tokenizer whose items' tokens were added behind its own. */
export interface Expected {
  readonly size: number;
  readonly items: number;
  readonly cases: readonly Case[];
}

const read = (name: string) =>
  JSON.parse(
    Deno.readTextFileSync(fileURLToPath(new URL(`../../fixtures/backbones/llama/${name}.json`, import.meta.url))),
  );

/** All kinds of tokenizers, by name. */
export const expected: Readonly<Record<string, Expected>> = read("expected");

/** A tokenizer.json of tests/fixtures/backbones/llama, parsed. */
// deno-lint-ignore no-explicit-any
export const tokenizerJson = (name: string): any => read(name);

/** The template of the default prompt, which made_up.json is made from. */
export const TEMPLATE = "Here is the purchase history of user_{user}: item {items}. " +
  "I wonder what is the next recommended item for the user. Answer:";
