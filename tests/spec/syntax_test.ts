import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { parseSpec } from "../../src/spec/parse.ts";
import { issuesOf, SMALLEST, specText } from "./specs.ts";

/** Text -> line, column and what the message must say. */
const WRONG: readonly (readonly [string, string, number, number, string])[] = [
  ["an empty file", "", 1, 1, "empty"],
  ["blanks alone", " \n ", 2, 2, "empty"],
  ["a comment", '{\n  // why\n  "name": "a"\n}', 2, 3, "Comments are not allowed"],
  ["a comma before a bracket", '{\n  "seeds": [1, 2,]\n}', 2, 18, "a comma too many"],
  ["a comma before a brace", '{\n  "name": "a",\n}', 3, 1, "a comma too many"],
  ["a missing comma", '{\n  "name": "a"\n  "dataset": "b"\n}', 3, 3, "A comma is wanted"],
  ["a missing colon", '{ "name" "a" }', 1, 10, "A colon is wanted"],
  ["single quotes", "{ 'name': 1 }", 1, 3, "double quotes"],
  ["a text without an end", '{ "name": "a\n}', 1, 11, "does not end"],
  ["an object without an end", '{ "name": "a"', 1, 14, '"}"'],
  ["something behind the end", "{} {}", 1, 4, "Nothing may follow"],
  [
    "a key twice",
    '{\n  "name": "a",\n  "seeds": [1],\n  "name": "b"\n}',
    4,
    3,
    '"name" is given twice: first in line 2',
  ],
  ["a nested key twice", '{ "windows": { "stride": 1, "stride": 2 } }', 1, 29, "given twice"],
  ["NaN", '{ "minRating": NaN }', 1, 16, "not JSON"],
  ["a number with a leading zero", '{ "minRating": 04 }', 1, 17, ""],
  ["lines that end in CR LF", '{\r\n  "a": 1,\r\n  "a": 2\r\n}', 3, 3, "given twice"],
];

describe("parseSpec() on text that is no spec", () => {
  for (const [what, text, line, column, part] of WRONG) {
    it(`points at ${what}`, () => {
      const [issue] = issuesOf(text);
      assert.deepEqual([issue?.line, issue?.column], [line, column], issue?.message);
      assert.ok(issue?.message.includes(part), issue?.message);
    });
  }

  it("passes over a byte order mark", () => {
    assert.equal(parseSpec("\uFEFF" + specText({}), "a.json").resolved.name, SMALLEST.name);
    assert.equal(parseSpec(new TextEncoder().encode("\uFEFF" + specText({})), "a.json").resolved.name, SMALLEST.name);
    assert.equal(issuesOf('\uFEFF{ "x": 1 }').find(({ pointer }) => pointer === "/x")?.column, 3);
  });

  it("passes over one byte order mark, no more", () => {
    assert.match(issuesOf("\uFEFF\uFEFF" + specText({}))[0]?.message ?? "", /not JSON/);
  });

  it("counts lines that end in CR LF, CR or LF alike", () => {
    for (const ending of ["\r\n", "\r", "\n"]) {
      const [issue] = issuesOf(["{", '  "name": "a",', '  "seeds": [1, 02]', "}"].join(ending));
      assert.deepEqual([issue?.line, issue?.column], [3, 17], JSON.stringify(ending));
    }
  });

  it("keeps the excerpt of a very long line short", () => {
    const [issue] = issuesOf(`{ "description": "${"x".repeat(5000)}", "seeds": 3, "name": "a" }`);
    assert.ok(issue !== undefined && issue.excerpt.every((line) => line.length < 130), issue?.excerpt.join("\n"));
  });

  it("shows no control characters", () => {
    const error = issuesOf('{ "a": 1,\t"\\u001b[31m": 2 }');
    assert.ok(error.every(({ excerpt, message }) => !/\p{Cc}/u.test(excerpt.join("") + message)));
  });
});
