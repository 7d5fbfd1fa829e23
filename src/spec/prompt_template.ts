/**
 * Templates of prompts: a text with {user} and {items} in it.
 * @module
 */

/**
 * What is wrong with a template, nothing for one that can be used: it has {items} once, and {user} as often as it
 * likes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { templateProblems } from "./prompt_template.ts";
 * assert.deepEqual(templateProblems("user_{user} has {items}"), []);
 * assert.deepEqual(templateProblems("user_{user} has"), ["{items} is missing"]);
 * ```
 */
export function templateProblems(template: string): string[] {
  const problems: string[] = [];
  const placeholders = template.match(/\{[^{}]*\}/g) ?? [];
  for (const placeholder of new Set(placeholders)) {
    if (placeholder === "{user}" || placeholder === "{items}") continue;
    problems.push(`unknown placeholder "${placeholder}", known are {user} and {items}`);
  }
  const lists = placeholders.filter((placeholder) => placeholder === "{items}").length;
  if (lists === 0) problems.push("{items} is missing");
  if (lists > 1) problems.push(`{items} is there ${lists} times, wanted is once`);
  const item = /<item_\d+>/.exec(template);
  if (item !== null) problems.push(`"${item[0]}" is an item's token, which only {items} may write`);
  return problems;
}

/**
 * The text of a prompt; item i, from 1 on, is written `<item_{i-1}>`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fillTemplate } from "./prompt_template.ts";
 * assert.equal(fillTemplate("user_{user} has {items}.", 7, [12, 1]), "user_7 has <item_11> <item_0>.");
 * ```
 */
export function fillTemplate(template: string, user: number, items: readonly number[]): string {
  return template
    .replaceAll("{user}", () => String(user))
    .replace("{items}", () => items.map((item) => `<item_${item - 1}>`).join(" "));
}
