import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { chartName } from "../../src/reporting/charts/frame.ts";
import { CHART_FILES } from "../../src/reporting/charts/report_charts.ts";
import { code, plain } from "../../src/reporting/markdown.ts";
import { renderReport, writeReport } from "../../src/reporting/report.ts";
import { madeResults, METHODS } from "./results_fixture.ts";

/** Names that a spec's schema lets through. */
const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "../../../etc/passwd",
  "C:\\con\\nul",
  "- a list",
  "1. another",
  "+ one more",
  "| a | cell |",
  "a|b||c",
  "# heading",
  "> quote",
  "---",
  "```js",
  "<script>alert(1)</script>",
  "<!-- hidden",
  "![p](http://e.x/p.png)",
  "[l](javascript:alert(1))",
  "_www.e.x",
  "$x^2$ `c` **b** ~~s~~",
  "&lt;b&gt; &#60;",
  "\\",
  "a\\|b",
  "W".repeat(60),
  "🙂".repeat(30),
  "שלום عالم 日本語",
  "e\u0301 \u200d \u200f \u00ad",
  "%s %d {0} ${1}",
  " \u00a0 spaces \u3000 ",
];

/** Text as a reader sees it: escapes undone, in the order opposite to that in which they were made. */
const unescaped = (markdown: string) => markdown.replace(/\\([!-/:-@[-`{-~])/g, "$1").replaceAll("&amp;", "&");

describe("plain()", () => {
  it("shows a reader the name itself, whatever it holds", () => {
    for (const name of NAMES) {
      const seen = name.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
      assert.equal(unescaped(plain(name)), seen);
    }
  });

  it("begins no list, heading or quote, and makes no address a link", () => {
    const expected: readonly (readonly [string, string])[] = [
      ["- a", "\\- a"],
      ["+ a", "\\+ a"],
      ["* a", "\\* a"],
      ["1. a", "1\\. a"],
      ["2024) a", "2024\\) a"],
      ["---", "\\---"],
      ["-0.5", "\\-0.5"],
      ["a - b", "a - b"],
      ["# a", "\\# a"],
      ["> a", "\\> a"],
      ["_www.e.x", "\\_www\\.e.x"],
      ["ftp.e.x", "ftp\\.e.x"],
      ["https://e.x", "https\\://e.x"],
    ];
    for (const [name, markdown] of expected) assert.equal(plain(name), markdown);
  });
});

describe("a report of hostile names", () => {
  for (const name of NAMES) {
    it(`has its headings, tables and pictures, and no others: ${JSON.stringify(name).slice(0, 40)}`, () => {
      const methods = METHODS.map((method, i) => ({ ...method, label: i === 1 ? name : `${name} ${i}` }));
      const base = madeResults({ methods, seeds: [1, 2] });
      const results = {
        ...base,
        spec: { ...base.spec, title: name, description: name, report: { ...base.spec.report, reference: `${name} 0` } },
        data: { ...base.data, title: name, dataset: name },
        durations: [{ stage: name, seconds: 1 }],
      };
      const text = renderReport(results, { describe: [`${name}: a method.`] });
      const tame = renderReport(madeResults({ seeds: [1, 2] }), { describe: ["a method."] });
      const outline = (markdown: string) => markdown.match(/^#+ (?=[A-Z].*\?|Everything|.*came from).*$/gm)?.length;
      assert.equal(outline(text), outline(tame));
      assert.equal([...text.matchAll(/^# /gm)].length, 1);
      for (const block of text.split("\n\n").filter((block) => block.startsWith("|"))) {
        const widths = block.split("\n").map((row) => row.replace(/\\\|/g, "").split("|").length);
        assert.equal(new Set(widths).size, 1, block);
      }
      const outsideCode = text.replace(/(?<![\\`])(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "");
      const pictures = /(?<!\\)!\[[^\]]*\]\([^)]*\)/g;
      assert.deepEqual(outsideCode.match(pictures), tame.match(pictures));
      assert.doesNotMatch(outsideCode, /(?<!\\)<(?!br>|\/?details>|\/?summary>)/);
      assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u);
      assert.ok(text.includes(plain(name)) && !text.includes("undefined"));
    });
  }

  it("lies in files of known names", async () => {
    const dir = await Deno.makeTempDir();
    try {
      const methods = METHODS.map((method, i) => ({ ...method, label: NAMES[3 * i]! }));
      await writeReport(dir, madeResults({ methods }), ["a method."]);
      assert.deepEqual([...Deno.readDirSync(dir)].map(({ name }) => name).sort(), ["charts", "report.md"]);
      for (const { name } of Deno.readDirSync(join(dir, "charts"))) assert.ok(CHART_FILES.includes(name), name);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
});

describe("names in charts and in code", () => {
  it("are short, on one line, with no character cut in two", () => {
    for (const name of NAMES) {
      const shown = chartName(name);
      assert.ok([...shown].length <= 26 && shown.isWellFormed());
      assert.doesNotMatch(shown + code(name), /[\p{Cc}\p{Cf}\n]/u);
    }
    assert.equal(chartName("🙂".repeat(30)), "🙂".repeat(25) + "…");
  });
});
