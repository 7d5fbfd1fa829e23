import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { failureOf } from "../../src/cli/failure.ts";
import { UsageError } from "../../src/cli/args.ts";
import { DataError } from "../../src/data/errors.ts";
import { terminalView } from "../../src/pipeline/terminal_view.ts";

const HOSTILE = "a\u001b]0;title\u0007\u009b2J\r\u202eb";
const WRITTEN = "a\\u001b]0;title\\u0007\\u009b2J\\u000d\\u202eb";

describe("what the terminal shows", () => {
  it("has the words of data, files and options written out in errors, line breaks kept", () => {
    const errors = [
      new DataError(`one\n${HOSTILE}`),
      new UsageError(`one\n${HOSTILE}`),
      new TypeError(`one\n${HOSTILE}`),
    ];
    for (const error of errors) {
      for (const trace of [false, true]) {
        const { text } = failureOf(error, { colour: false, trace });
        assert.ok(text.includes(`one\n${WRITTEN}`), text);
        assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202e]/u);
      }
    }
    assert.ok(failureOf(HOSTILE, { colour: false, trace: false }).text.includes(WRITTEN));
  });

  it("has names written out in progress, on one line", () => {
    let text = "";
    const draw = terminalView({ terminal: false, write: (more) => text += more });
    draw({ event: "end", stage: `${HOSTILE}\nc`, seconds: 1, cached: false, memory: 0 });
    assert.match(text, /^[^\n]+\n$/);
    assert.ok(text.startsWith(`${WRITTEN}\\u000ac`), text);
  });
});
