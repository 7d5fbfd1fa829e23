/**
 * Prompts: a user's number and items put into a template, as token ids (OpenP5, arXiv 2306.11134, section 3).
 *
 * Items' tokens cut a text into parts that are tokenized each by itself. So a prompt is put together from the ids
 * before its items, between them and behind them, which are worked out once for each user.
 * @module
 */
import { CheckpointError } from "./checkpoint_error.ts";
import { safeBeginning } from "./prompt_prefix.ts";
import { fillTemplate, templateProblems } from "../../spec/prompt_template.ts";
import type { Tokenizer } from "./tokenizer.ts";

export { templateProblems } from "../../spec/prompt_template.ts";

/** Makes prompts' token ids. */
export interface PromptEncoder {
  /**
   * Token ids of the prompt of a user with these items (catalogue indices from 1 on, item i is the token
   * `<item_{i-1}>`; zeros are padding and left out), with the tokenizer's own beginning-of-text.
   *
   * @throws {CheckpointError} for a prompt that doesn't begin with `prefix`, should a tokenizer make such.
   */
  ids(user: number, items: ArrayLike<number>): Int32Array;
  /** Tokens that every prompt begins with, whoever the user is. Every prompt has at least one more. */
  readonly prefix: Int32Array;
}

/** Ids around a user's items. */
interface Parts {
  readonly before: Int32Array;
  readonly between: Int32Array;
  readonly behind: Int32Array;
}

/** Users whose parts are kept, some hundred bytes each. */
const KEPT_USERS = 1 << 16;

/**
 * An encoder of prompts, from a template with {items} and perhaps {user}. Items are written with a space between them;
 * `firstItem` is the id of `<item_0>`.
 *
 * @throws {RangeError} for a template with problems.
 * @throws {CheckpointError} for a tokenizer that takes items' tokens for text where the template has them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { madeUpTokenizer } from "./made_up_tokenizer.ts";
 * import { promptEncoder } from "./prompt.ts";
 * import { createTokenizer } from "./tokenizer.ts";
 * const tokenizer = createTokenizer({ tokenizerJson: madeUpTokenizer("this user has"), items: 9, firstItem: 500 });
 * const prompts = promptEncoder("this user_{user} has {items}.", tokenizer, 500);
 * assert.deepEqual(prompts.ids(7, [0, 0, 3, 1]), tokenizer.encode("this user_7 has <item_2> <item_0>.", true));
 * assert.deepEqual(prompts.prefix, tokenizer.encode("this", true));
 * ```
 */
export function promptEncoder(template: string, tokenizer: Tokenizer, firstItem: number): PromptEncoder {
  const problems = templateProblems(template);
  if (problems.length > 0) throw new RangeError(`a prompt's template cannot be used: ${problems.join("; ")}`);
  const whole = (user: number, items: readonly number[]) => tokenizer.encode(fillTemplate(template, user, items), true);

  const partsOf = (user: number): Parts => {
    const ids = whole(user, [1, 1]);
    const first = ids.indexOf(firstItem), last = ids.lastIndexOf(firstItem);
    if (first === last) {
      const text = fillTemplate(template, user, [1, 1]);
      throw new CheckpointError(`the tokenizer takes an item's token for plain text in "${text}"`);
    }
    return { before: ids.slice(0, first), between: ids.slice(first + 1, last), behind: ids.slice(last + 1) };
  };
  const fit = [1, 23].every((user) => {
    const parts = partsOf(user);
    return [[1], [1, 1, 1]].every((items) => same(joined(parts, items, firstItem), whole(user, items)));
  });
  const prefix = safeBeginning(template, tokenizer, whole);

  const held = (ids: Int32Array, user: number) => {
    if (ids.length > prefix.length && same(prefix, ids.subarray(0, prefix.length))) return ids;
    throw new CheckpointError(`the prompt of user ${user} doesn't begin with the tokens that other users' begin with`);
  };
  const kept = new Map<number, Parts>();
  const keptParts = (user: number): Parts => {
    let parts = kept.get(user);
    if (parts === undefined) {
      parts = partsOf(user);
      held(Int32Array.of(...parts.before, firstItem), user);
      if (kept.size >= KEPT_USERS) kept.delete(kept.keys().next().value!);
      kept.set(user, parts);
    }
    return parts;
  };
  const namesUser = template.includes("{user}");
  return {
    prefix,
    ids(user, items) {
      if (fit && Array.prototype.some.call(items, Boolean)) {
        return joined(keptParts(namesUser ? user : 0), items, firstItem);
      }
      return held(whole(user, Array.from(items).filter(Boolean)), user);
    },
  };
}

/** Parts with items' tokens between them, for at least one item. */
function joined({ before, between, behind }: Parts, items: ArrayLike<number>, firstItem: number): Int32Array {
  let count = 0;
  for (let at = 0; at < items.length; at++) if (items[at] !== 0) count++;
  const ids = new Int32Array(before.length + count + (count - 1) * between.length + behind.length);
  ids.set(before);
  let to = before.length;
  for (let at = 0; at < items.length; at++) {
    if (items[at] === 0) continue;
    if (to > before.length) {
      for (let i = 0; i < between.length; i++) ids[to++] = between[i]!;
    }
    ids[to++] = firstItem + items[at]! - 1;
  }
  ids.set(behind, to);
  return ids;
}

/** Whether ids are the same. */
function same(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}
