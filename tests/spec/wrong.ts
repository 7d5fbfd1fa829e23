/** Wrong specs as tables: what is put into the smallest spec -> pointer and what the message must say. */
import assert from "node:assert/strict";
import { it } from "@std/testing/bdd";
import { issuesOf, specText } from "./specs.ts";

/** Name, fields, pointer of the problem, parts of its message. */
export type Wrong = readonly [string, Record<string, unknown>, string, readonly string[]];

/** A test for each: the problem is named where it is, with its place in the text. */
export function eachIsNamed(wrong: readonly Wrong[]): void {
  for (const [what, fields, pointer, parts] of wrong) {
    it(`names ${what}`, () => {
      const issues = issuesOf(specText(fields));
      const issue = issues.find((one) => one.pointer === pointer);
      assert.ok(
        issue !== undefined,
        `no problem at ${pointer}: ${issues.map((one) => `${one.pointer}: ${one.message}`)}`,
      );
      for (const part of parts) assert.ok(issue.message.includes(part), `${issue.message} does not say ${part}`);
      assert.ok(issue.line > 0 && issue.column > 0 && issue.excerpt.length > 0);
    });
  }
}
