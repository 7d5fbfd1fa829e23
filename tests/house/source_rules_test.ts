import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { sourceFiles, withoutComments } from "./source_files.ts";

const files = sourceFiles();

describe("the files of src", () => {
  it("begin with what they are about", () => {
    assert.deepEqual(files.filter(({ text }) => !text.startsWith("/**")).map(({ path }) => path), []);
  });

  it("throw named errors", () => {
    assert.deepEqual(
      files.filter(({ text }) => /\bnew Error\(/.test(withoutComments(text))).map(({ path }) => path),
      [],
    );
  });

  it("leave nothing undone or unchecked", () => {
    const marks = /\b(TODO|FIXME|XXX)\b|@ts-(ignore|expect-error|nocheck)|catch\s*(\([^)]*\)\s*)?\{\s*\}/;
    assert.deepEqual(files.filter(({ text }) => marks.test(text)).map(({ path }) => path), []);
  });

  it("tell every exported symbol in a docstring", () => {
    const bare = files.flatMap(({ path, text }) => {
      const lines = text.split("\n");
      return lines.flatMap((line, index) => {
        const declared = /^export (?:abstract |async )?(?:function\*?|class|interface|type|const|let|enum) (\w+)/.exec(
          line,
        );
        return declared === null || /\*\/\s*$/.test(lines[index - 1] ?? "") ? [] : [`${path}: ${declared[1]}`];
      });
    });
    assert.deepEqual(bare, []);
  });
});
