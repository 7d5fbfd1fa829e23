import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { canonicalJson } from "../../src/spec/canonical.ts";
import { describe as inWords } from "../../src/spec/describe.ts";
import { differences } from "../../src/spec/differences.ts";
import { SpecError } from "../../src/spec/issue.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { issuesOf, parsed, specText } from "./specs.ts";

/** Characters a terminal acts on, or that turn a text round. */
const ACTING = ["\u0000", "\u0007", "\u001b[31m", "\n", "\r", "\t", "\u007f", "\u009b2J", "\u2028", "\u202e", "\u2066"];
const CSV = { format: "csv", path: "a.csv", columns: { rating: "r" } };
const FIGURE = { source: "s", label: "base", slice: "T", measure: "MRR", value: 0.1, windows: 1 };

/** Where a name may stand, and the spec that has it there. */
const PLACES: readonly (readonly [string, (name: string) => Record<string, unknown>])[] = [
  ["/title", (title) => ({ title })],
  ["/methods/0/label", (label) => ({ methods: [{ kind: "raie", label }] })],
  ["/dataset/path", (path) => ({ dataset: { ...CSV, path } })],
  ["/dataset/columns/user", (user) => ({ dataset: { ...CSV, columns: { user, rating: "r" } } })],
  ["/dataset/columns/rating", (rating) => ({ dataset: { ...CSV, columns: { rating } } })],
  ["/report/reference", (reference) => ({ report: { reference } })],
  ["/report/published/0/source", (source) => ({ report: { published: [{ ...FIGURE, source }] } })],
  ["/report/published/0/label", (label) => ({ report: { published: [{ ...FIGURE, label }] } })],
  ["/report/published/0/explanation", (explanation) => ({ report: { published: [{ ...FIGURE, explanation }] } })],
];

describe("a name with characters that act on a terminal", () => {
  for (const [pointer, spec] of PLACES) {
    it(`is refused at ${pointer}, and shown written out`, () => {
      for (const acting of ACTING) {
        const text = specText(spec(`a${acting}b`));
        const issue = issuesOf(text).find((one) => one.pointer === pointer);
        assert.match(issue?.message ?? "", /must be text on one line, without control characters/);
        assert.throws(() => parseSpec(text, `f${acting}.json`), (error) => {
          assert.ok(error instanceof SpecError);
          assert.doesNotMatch(error.message.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          const painted = error.render(true).split("\x1b").slice(1);
          assert.ok(painted.length > 0 && painted.every((part) => /^\[(0|1|31)m/.test(part)));
          return true;
        });
      }
    });
  }

  it("is refused as a separator that cuts lines or quotes, or is no ASCII", () => {
    for (const separator of ["\n", "\r", '"', "é", "🙂", "\u0000", "ab", ""]) {
      const issue = issuesOf(specText({ dataset: { ...CSV, separator } })).find((one) =>
        one.pointer === "/dataset/separator"
      );
      assert.match(issue?.message ?? "", /must be one ASCII character other than a quote or a line break/);
    }
    for (const separator of ["\t", ";", "|", "\u0001", "\\", "~"]) {
      assert.equal(parsed({ dataset: { ...CSV, separator } }).resolved.dataset.separator, separator);
    }
  });

  it("may break lines in a description, and no more", () => {
    assert.equal(parsed({ description: "one\r\n\ttwo\n" }).resolved.description, "one\r\n\ttwo\n");
    for (const acting of ["\u0000", "\u0008", "\u001b", "\u007f", "\u0085", "\u2029", "\u202d", "\u2069"]) {
      assert.match(
        issuesOf(specText({ description: `a${acting}b` }))[0]?.message ?? "",
        /must be text without control/,
      );
    }
  });
});

describe("the name of an experiment or a data set", () => {
  it("is one that a file can have everywhere", () => {
    const wrong = [
      "",
      ".",
      "..",
      "../a",
      "a/b",
      "a\\b",
      "/a",
      "-a",
      ".a",
      "~",
      "a b",
      "a\u0000",
      "C:a",
      "ä",
      "a\n",
      "a%2f",
    ];
    for (const name of [...wrong, "x".repeat(101)]) {
      const pointers = issuesOf(specText({ name, dataset: name })).map(({ pointer }) => pointer);
      assert.deepEqual(pointers, ["/name", "/dataset"], name);
      assert.deepEqual(
        issuesOf(specText({ dataset: { id: name } })).map(({ pointer }) => pointer),
        ["/dataset/id"],
        name,
      );
    }
    for (const name of ["a", "A.b-c_1", "constructor", "1".repeat(80)]) {
      assert.equal(parsed({ name, dataset: name }).resolved.name, name);
    }
  });
});

describe("labels", () => {
  it("may hold anything that can be seen", () => {
    for (
      const label of [
        "__proto__",
        "constructor",
        "a|b",
        "<b>",
        "../../x",
        "RAIE (ours)",
        "日本語",
        "🙂",
        "x".repeat(60),
      ]
    ) {
      const { resolved } = parsed({ methods: ["base", { kind: "raie", label }], report: { reference: label } });
      assert.equal(resolved.methods[1]?.label, label);
      assert.ok(inWords(resolved).some((sentence) => sentence.startsWith(`${label}: `)));
      assert.ok(canonicalJson(resolved).includes(JSON.stringify(label)));
      assert.deepEqual(differences(resolved), []);
    }
  });

  it("are told apart by what is seen of them", () => {
    const pairs = [["a b", "a\u00a0b"], ["a", "a\u200b"], ["a", " a "], ["\u00e9", "e\u0301"], ["a b", "a\u00adb"]];
    for (const [one, other] of pairs) {
      const issues = issuesOf(specText({ methods: [{ kind: "lora", label: one }, { kind: "raie", label: other }] }));
      assert.deepEqual(issues.map(({ pointer }) => pointer), ["/methods/1/label"], `${one} and ${other}`);
    }
  });

  it("and titles have something that can be seen", () => {
    for (const name of [" ", "\u00a0", "\u200b", "\u200d\u00ad"]) {
      const issues = issuesOf(specText({ title: name, methods: [{ kind: "raie", label: name }] }));
      assert.deepEqual(issues.map(({ pointer }) => pointer), ["/methods/0/label", "/title"]);
      for (const { message } of issues) {
        assert.match(message, /must have a character that can be seen: found "[ \u00a0\\u0-9a-f]+"/);
      }
    }
  });

  it("of a kind that is taken are numbered, whatever else is called", () => {
    const methods = ["lora", { kind: "raie", label: "lora-2" }, "lora", { kind: "base", label: "__proto__" }];
    const { resolved } = parsed({ methods, control: false });
    assert.deepEqual(resolved.methods.map(({ label }) => label), ["lora", "lora-2", "lora-3", "__proto__"]);
  });
});
