import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { SpecError, type SpecIssue } from "../../src/spec/issue.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { issuesOf, parsed, SMALLEST, specText } from "./specs.ts";

/** The smallest spec as a text that ends with more fields, written by hand. */
const withFields = (fields: string) => `${JSON.stringify(SMALLEST).slice(0, -1)},\n${fields}}`;
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : [...part]));

function issueOfBytes(content: Uint8Array): SpecIssue {
  try {
    parseSpec(content, "a.json");
  } catch (error) {
    if (error instanceof SpecError && error.issues.length === 1) return error.issues[0]!;
    throw error;
  }
  throw new TypeError("Cannot show the problem: the spec was accepted");
}

/** A number as written -> what the message must say. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ["1e999", "at most 3.4e38 in size: found 1e999"],
  ["-1e999", "at most 3.4e38 in size: found -1e999"],
  ["1e39", "at most 3.4e38 in size"],
  ["1e-999", "found 1e-999, which would be taken for 0"],
  ["-4e-60", "found -4e-60, which would be taken for 0"],
  ["-0", "must be written 0: found -0"],
  ["-0.0e5", "must be written 0: found -0.0e5"],
  ["9007199254740993", "below 2^53"],
  ["12345678901234567890", "found 12345678901234567890, which would be rounded"],
  ["4.00000000000000000001", "which would be rounded to 4"],
  ["0.99999999999999999999", "which would be rounded to 1"],
  [`0.${"1".repeat(200)}`, "at most 100 characters"],
];

describe("a number that would not be kept as it is written", () => {
  for (const [written, part] of NUMBERS) {
    it(`is refused in a spec and in --set: ${written.slice(0, 30)}`, () => {
      const [issue, ...others] = issuesOf(withFields(`"title": "t",\n "lora": {"training": {"clip": ${written}}}`));
      assert.deepEqual([issue?.pointer, issue?.line, issue?.column], ["/lora/training/clip", 3, 32]);
      assert.ok(issue?.message.startsWith("lora.training.clip must ") && issue.message.includes(part), issue?.message);
      assert.deepEqual(others, []);
      const [set] = issuesOf(specText({}), [`lora.training.clip=${written}`]);
      assert.equal(set?.pointer, "/lora/training/clip");
      assert.ok(set.message.startsWith("lora.training.clip must ") && set.message.includes(part), set.message);
      assert.match(set.option ?? "", /^--set lora\.training\.clip=/);
    });
  }

  it("is not one that is merely a decimal fraction, or written with an exponent", () => {
    for (
      const [written, value] of [["0.1", .1], ["1e1", 10], ["1.0", 1], ["2.50e1", 25], ["1e30", 1e30]] as const
    ) {
      const { resolved } = parseSpec(withFields(`"lora": {"training": {"clip": ${written}}}`), "a.json");
      assert.equal(resolved.methods[1]?.lora.training.clip, value);
    }
    assert.equal(parseSpec(withFields('"description": "NaN, -0 and 1e999"'), "a.json").raw.minRating, 4);
  });

  it("is refused where a word of JavaScript stands for it", () => {
    for (const word of ["NaN", "Infinity", "-Infinity", "undefined", "0x10", "1_000", ".5", "5.", "+1"]) {
      const [issue] = issuesOf(withFields(`"lora": {"alpha": ${word}}`));
      assert.equal(issue?.line, 2, word);
      assert.match(issuesOf(specText({}), [`lora.alpha=${word}`])[0]?.message ?? "", /must be a number/, word);
    }
  });
});

describe("a key", () => {
  it("given twice is refused with both lines", () => {
    const [issue] = issuesOf('{\n  "name": "a",\n  "seeds": [1],\n\n  "name": "b"\n}');
    assert.deepEqual([issue?.pointer, issue?.line, issue?.column], ["/name", 5, 3]);
    assert.equal(issue?.message, '"name" is given twice: first in line 2, again in line 5; keep one.');
  });

  it("given twice is one key however its letters are written", () => {
    const [issue] = issuesOf('{ "name": "a",\n  "n\\u0061me": "b" }');
    assert.match(issue?.message ?? "", /first in line 1, again in line 2/);
  });

  it("given twice in a value of --set is refused", () => {
    const [issue] = issuesOf(specText({}), ['windows={"stride":1,"stride":2}']);
    assert.equal(issue?.pointer, "/windows/stride");
    assert.equal(issue.message, '"stride" is given twice; keep one.');
  });

  it("that every object of JavaScript has is unknown like any other", () => {
    for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]) {
      for (const place of ["", "windows", "regions", "backbone"]) {
        const fields = JSON.parse(JSON.stringify({ windows: {}, regions: {}, backbone: { kind: "sasrec" } }));
        const owner = place === "" ? fields : fields[place];
        Object.defineProperty(owner, key, { value: { k: 5 }, enumerable: true });
        const pointer = place === "" ? `/${key}` : `/${place}/${key}`;
        const issue = issuesOf(specText(fields)).find((one) => one.pointer === pointer);
        assert.ok(issue?.message.includes(`has no field "${key}"`), issue?.message);
        const path = place === "" ? `${key}.k` : `${place}.${key}.k`;
        const set = issuesOf(specText({}), [`${path}=5`]).find((one) => one.pointer === pointer);
        assert.ok(set?.message.includes(`has no field "${key}"`), set?.message);
      }
    }
    assert.equal(({} as Record<string, unknown>).k, undefined);
  });

  it("of a million characters is refused with a short message", () => {
    const [issue] = issuesOf(withFields(`"${"k".repeat(900_000)}": 1`));
    assert.equal(issue?.pointer, "");
    assert.equal(issue.line, 2);
    assert.match(issue.message, /^A field's name has at most 200 characters: found "k+\.\.\." with 900000\.$/);
  });
});

describe("text that is none", () => {
  it("is refused: half a character in a value, in a key, and in --set", () => {
    const places: readonly (readonly [string, string])[] = [
      ['"title": "a\\ud800b"', "/title"],
      ['"title": "a\\udc00\\ud800"', "/title"],
      ['"title": "a\ud800"', "/title"],
      ['"lora": {"\\udfff": 1}', "/lora/\udfff"],
    ];
    for (const [fields, pointer] of places) {
      const [issue] = issuesOf(withFields(fields));
      assert.deepEqual([issue?.pointer, issue?.line], [pointer, 2]);
      assert.match(issue?.message ?? "", /found half a character, \\ud[89a-f]/);
    }
    for (const option of ['title="\\ud800"', "title=\ud800"]) {
      assert.match(issuesOf(specText({}), [option])[0]?.message ?? "", /title must be text: found half a character/);
    }
    assert.equal(parsed({ title: "a 😀" }).resolved.title, "a 😀");
  });

  it("is refused at the byte that is no UTF-8, with its line and column", () => {
    const places: readonly (readonly [Uint8Array, number, number, RegExp])[] = [
      [bytes('{\n  "name": "', [0xff], '"\n}'), 2, 12, /0xff at offset 13/],
      [bytes("\ufeff{\r\n", [0xc3], "(}"), 2, 1, /0xc3 at offset 6/],
      [bytes('{ "😀": "\ufffd', [0xed, 0xa0, 0x80], '" }'), 1, 11, /0xed at offset 14/],
      [bytes('{ "name": "a" }\n', [0xe2, 0x82]), 2, 1, /0xe2 at offset 16/],
      [bytes([0xc0, 0xaf]), 1, 1, /0xc0 at offset 0/],
    ];
    for (const [content, line, column, message] of places) {
      const issue = issueOfBytes(content);
      assert.deepEqual([issue.line, issue.column], [line, column], issue.message);
      assert.match(issue.message, message);
      assert.ok(issue.excerpt.length >= 2);
    }
  });

  it("is refused when it is UTF-16, which is named", () => {
    assert.match(issueOfBytes(bytes([0xff, 0xfe, 0x7b, 0])).message, /UTF-16/);
    assert.match(issueOfBytes(bytes([0xfe, 0xff, 0, 0x7b])).message, /UTF-16/);
  });
});

describe("too much of anything", () => {
  it("is refused in bounded time, with a short message", () => {
    const many = (count: number, entry: (index: number) => string) => Array.from({ length: count }, (_, i) => entry(i));
    const texts: readonly (readonly [string, string])[] = [
      ["brackets", "[".repeat(1_000_000)],
      ["objects", '{"a":'.repeat(200_000)],
      ["closed brackets", "]".repeat(1_000_000)],
      ["blanks", " ".repeat(1_048_576)],
      ["lines", "\n".repeat(1_048_576)],
      ["characters", " ".repeat(50_000_000)],
      ["quotes", '"'.repeat(1_000_000)],
      ["digits", withFields(`"minRating": 1${"0".repeat(900_000)}1`)],
      ["escapes", withFields(`"title": "${"\\\\".repeat(450_000)}"`)],
      ["entries", withFields(`"title": [${"1,".repeat(400_000)}1]`)],
      ["wrong seeds", withFields(`"more": [${many(19_000, String)}]`).replace('"seeds":[1]', '"seeds":["a"]')],
      ["wrong entries", specText({ seeds: many(15_000, String) })],
      ["unknown fields", specText(Object.fromEntries(many(15_000, (i) => `windos${i}`).map((key) => [key, 1])))],
      ["unknown methods", specText({ methods: many(15_000, (i) => `lroa${i}`) })],
      ["methods of later versions", specText({ methods: many(15_000, () => "lwf") })],
      ["wide fields", specText({ backbone: Object.fromEntries(many(15_000, (i) => `${i}`).map((key) => [key, {}])) })],
      ["long text", specText({ name: "a".repeat(1_000_000), title: "\u202e".repeat(100) })],
      [
        "labels nobody has",
        specText({
          methods: many(100, (i) => `${i}`).map((i) => ({ kind: "lora", label: `${"m".repeat(50)} ${i}` })),
          regions: {},
          report: {
            published: many(1000, (i) => `${"m".repeat(49)}x ${i}`).map((label) => (
              { source: "s", label, slice: "F9", measure: "MRR", value: 0.1, windows: 1 }
            )),
          },
        }),
      ],
    ];
    for (const [what, text] of texts) {
      const start = performance.now();
      assert.throws(() => parseSpec(text, "a.json"), (error) => {
        assert.ok(error instanceof SpecError);
        assert.ok(error.message.length < 100_000, `${what}: a message of ${error.message.length} characters`);
        return true;
      });
      const seconds = (performance.now() - start) / 1000;
      assert.ok(seconds < 5, `${what} took ${seconds} s`);
    }
  });

  it("is refused in --set", () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[`title=${"x".repeat(70_000)}`], /--set may be given 1000 times with 65536 characters in all/],
      [Array.from({ length: 1001 }, () => "minRating=3"), /found 1001 times/],
      [[`${"a.".repeat(40)}b=1`], /32 fields deep at most: found 41/],
      [[`seeds=${"[".repeat(100)}${"]".repeat(100)}`], /nested too deep/],
      [[`methods=[${"1,".repeat(25_000)}1]`], /too many values/],
      [[`seeds.99999999999=1`], /--set cannot find seeds\.99999999999/],
    ];
    for (const [set, message] of wrong) {
      const [issue] = issuesOf(specText({}), set);
      assert.match(issue?.message ?? "", message);
      assert.ok(issue!.option!.startsWith("--set") && issue!.option!.length < 120);
      assert.ok(issue!.line === 1 && issue!.column >= 1);
    }
  });

  it("is not a spec at the limits of the schema", () => {
    const published = Array.from({ length: 1000 }, (_, i) => (
      { source: `s${i}`, label: "base", slice: "T", measure: "MRR", value: i / 1000, windows: i + 1 }
    ));
    const seeds = Array.from({ length: 1000 }, (_, i) => i);
    assert.equal(parsed({ report: { published }, seeds }).resolved.report.published?.length, 1000);
  });
});

describe("--set", () => {
  it("may not replace what another --set has changed inside", () => {
    const [issue] = issuesOf(specText({}), ["methods.1.lora.rank=4", 'methods=["base","lora"]']);
    assert.equal(issue?.option, '--set methods=["base","lora"]');
    assert.match(issue.message, /cannot replace methods as a whole: found --set methods\.1\.lora\.rank=4 before it/);
    assert.equal(parsed({}, ["lora={}", "lora.rank=4", "lora.rank=5"]).resolved.methods[1]?.lora.rank, 5);
  });

  it("has the place of the value around it", () => {
    const text = '{\n  "name": "a", "dataset": "b",\n  "backbone": { "kind": "sasrec" },\n  "methods": ["base"]\n}';
    const [issue] = issuesOf(text, ["backbone.hidden=x"]);
    assert.deepEqual([issue?.pointer, issue?.line, issue?.column], ["/backbone/hidden", 3, 15]);
    assert.throws(() => parseSpec(text, "a.json", { set: ["backbone.hidden=x"] }), {
      message: [
        "Cannot use a.json: one problem.",
        "",
        "--set backbone.hidden=x at /backbone/hidden",
        '  backbone.hidden must be a whole number from 1 to 65536: found "x".',
      ].join("\n"),
    });
  });
});
