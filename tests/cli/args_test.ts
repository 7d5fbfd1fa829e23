import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { parseArguments, UsageError } from "../../src/cli/args.ts";
import { failureOf } from "../../src/cli/failure.ts";
import { commandHelp, programHelp } from "../../src/cli/help.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import type { Command } from "../../src/cli/types.ts";
import { DataError } from "../../src/data/errors.ts";
import { EngineError } from "../../src/engine/errors.ts";
import { SpecError } from "../../src/spec/issue.ts";

const command: Command = {
  name: "run",
  summary: "run experiments and write a report of each, with a summary that is long enough to need a second line",
  usage: "deno task run SPEC... [options]",
  positional: { min: 1, max: 2 },
  options: [
    {
      name: "engine",
      value: "NAME",
      summary: "tensorflow, webgpu, wasm or cpu; the best that works here is taken where none is named",
    },
    { name: "set", value: "PATH=VALUE", repeat: true, summary: "change a field of the spec" },
    { name: "quiet", summary: "no progress" },
  ],
  examples: ["deno task run experiments/quickstart.json --set seeds=[1,2]"],
  run: () => Promise.resolve(0),
};

describe("parseArguments()", () => {
  it("tells arguments, values and switches apart, in any order", () => {
    const args = parseArguments(command, ["--engine", "wasm", "a.json", "--quiet", "b.json"]);
    assert.deepEqual(args.positional, ["a.json", "b.json"]);
    assert.equal(args.text("engine"), "wasm");
    assert.equal(args.has("quiet"), true);
    assert.equal(args.has("set"), false);
    assert.deepEqual(args.all("set"), []);
  });

  it("takes --name=VALUE, with further equals signs in the value", () => {
    assert.deepEqual(parseArguments(command, ["a", "--set=seeds=[1]", "--set", "x=y=z"]).all("set"), [
      "seeds=[1]",
      "x=y=z",
    ]);
  });

  it("lets the last of several values count", () => {
    assert.equal(parseArguments(command, ["a", "--engine", "cpu", "--engine=wasm"]).text("engine"), "wasm");
  });

  it("takes everything behind -- as it is", () => {
    assert.deepEqual(parseArguments(command, ["--", "--quiet", "-x"]).positional, ["--quiet", "-x"]);
  });

  it("gives any value back as it was written", () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }), (value) => {
      assert.equal(parseArguments(command, ["a", `--engine=${value}`]).text("engine"), value);
    }));
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a typo", ["a", "--engin", "cpu"], /no option --engin; did you mean --engine\?/],
    ["a beginning", ["a", "--eng=cpu"], /did you mean --engine\?/],
    ["one hyphen", ["a", "-quiet"], /no option -quiet; did you mean --quiet\?/],
    ["something else", ["a", "--zzz"], /no option --zzz$/],
    ["a missing value", ["a", "--engine"], /--engine wants NAME after it: found nothing/],
    ["an option for a value", ["a", "--engine", "--quiet"], /--engine wants NAME after it: found "--quiet"/],
    ["an empty value", ["a", "--engine="], /found ""/],
    ["a value for a switch", ["a", "--quiet=yes"], /--quiet takes no value: found "--quiet=yes"/],
    ["too few arguments", [], /wants 1 to 2 arguments, found 0: deno task run SPEC/],
    ["too many arguments", ["a", "b", "c"], /found 3/],
  ];
  for (const [what, words, message] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseArguments(command, words),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});

describe("--help", () => {
  it("shows every option, the exit codes and examples in 80 columns", () => {
    const text = commandHelp(command);
    for (
      const part of [
        "Usage: deno task run SPEC... [options]",
        "--engine NAME",
        "--set PATH=VALUE",
        "--quiet",
        "--help",
        "130",
        "Examples:",
      ]
    ) {
      assert.ok(text.includes(part), part);
    }
    assert.ok(text.split("\n").every((line) => line.length <= 80), text);
  });

  it("shows every command of the program", () => {
    const text = programHelp(COMMANDS);
    for (const { name, summary } of COMMANDS) assert.match(text, new RegExp(`  ${name} +${summary.slice(0, 20)}`));
    assert.ok(text.split("\n").every((line) => line.length <= 80), text);
  });
});

describe("failureOf()", () => {
  const plain = { colour: false, trace: false };
  const issue = {
    file: "a.json",
    pointer: "/seeds",
    line: 1,
    column: 2,
    message: "seeds must be a list: found 1.",
    excerpt: [],
  };

  it("ends with 2 where the user can mend it, with 1 where the run failed, with 130 on an interruption", () => {
    const interrupted = Object.assign(new TypeError("Interrupted"), { name: "Interrupted" });
    const codes = [
      new SpecError("a.json", [issue]),
      new DataError("Cannot read x"),
      new UsageError("no such option"),
      new EngineError("Cannot open"),
      new Deno.errors.PermissionDenied("reports"),
      new TypeError("x is not a function"),
      interrupted,
    ].map((error) => failureOf(error, plain).code);
    assert.deepEqual(codes, [2, 2, 2, 1, 1, 1, 130]);
  });

  it("shows no stack trace unless asked", () => {
    for (
      const error of [
        new EngineError("Cannot open"),
        new TypeError("x is not a function"),
        new SpecError("a.json", [issue]),
      ]
    ) {
      assert.ok(!failureOf(error, plain).text.includes("    at "));
      assert.ok(failureOf(error, { colour: false, trace: true }).text.includes("    at "));
    }
  });

  it("calls what nobody expected a bug, and says how to see where", () => {
    const { text } = failureOf(new TypeError("x is not a function"), plain);
    assert.match(text, /^Bug: TypeError: x is not a function\nThis is a bug in raie\. RAIE_TRACE=1/);
    assert.match(failureOf("thrown text", plain).text, /thrown text/);
  });

  it("says that memory ran out, in whatever words the system has for it, and what takes less", () => {
    for (
      const error of [
        new WebAssembly.RuntimeError("memory access out of bounds"),
        new RangeError("Array buffer allocation failed"),
        new RangeError("Invalid typed array length: 8589934592"),
        new RangeError("Invalid array length"),
        new Error("OOM when allocating tensor with shape[4096,4096]"),
      ]
    ) {
      const { text, code } = failureOf(error, plain);
      assert.equal(code, 1);
      assert.match(text, /^Error: out of memory \(.*\); a smaller backbone\.hidden/);
    }
    assert.match(failureOf(new RangeError("Invalid time value"), plain).text, /^Bug: /);
    assert.match(failureOf(new WebAssembly.RuntimeError("unreachable"), plain).text, /^Bug: /);
  });

  it("uses colour only where asked", () => {
    const error = new SpecError("a.json", [issue]);
    assert.ok(!failureOf(error, plain).text.includes("\x1b"));
    assert.ok(failureOf(error, { colour: true, trace: false }).text.includes("\x1b"));
  });
});
