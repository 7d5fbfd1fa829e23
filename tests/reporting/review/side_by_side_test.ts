import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { sideBySide } from "../../../src/reporting/review/side_by_side.ts";
import { sideBySideMarkdown } from "../../../src/reporting/review/side_by_side_markdown.ts";
import type { Results } from "../../../src/reporting/types.ts";
import { madeResults as made, METHODS } from "../results_fixture.ts";

/** Made-up results without intervals over users: standard errors are those of shares. */
function madeResults(experiment: Parameters<typeof made>[0] = {}): Results {
  const { evidence: _, ...results } = made(experiment);
  return results;
}

const named = (...all: readonly Results[]) => all.map((results, i) => ({ path: `reports/${i}`, results }));
const markdown = (...all: readonly Results[]) => sideBySideMarkdown(sideBySide(named(...all)));
/** The made-up results with lora's Recall@10 on T, .0753, raised. */
function raised(by: number): Results {
  const lora = { ...METHODS[1]!, measures: { ...METHODS[1]!.measures, T: .0753 + by } };
  return madeResults({ methods: [METHODS[0]!, lora, METHODS[2]!] });
}

describe("sideBySide()", () => {
  it("takes differences to the first, in standard errors of two independent shares", () => {
    // By hand, on 1820 windows: sqrt(.0753 x .9247 / 1820) = .0061853, sqrt(.1 x .9 / 1820) = .0070321; .0247 / .0093653 = 2.637.
    const { measures } = sideBySide(named(madeResults(), raised(.0247)));
    const row = measures.find(({ slice, label, measure }) =>
      slice === "T" && label === "lora" && measure === "Recall@10"
    );
    assert.ok(Math.abs(row!.differences[0]!.value - .0247) < 1e-9);
    assert.ok(Math.abs(row!.differences[0]!.errors! - 2.637) < 1e-3, `${row!.differences[0]!.errors}`);
    const coverage = measures.find(({ label, measure }) => label === "lora" && measure === "coverage@10");
    assert.equal(coverage!.differences[0]!.errors, undefined);
  });

  it("has T before S, each method with each measure, and none where results have none", () => {
    const few = madeResults({ methods: METHODS.slice(0, 2) });
    const { measures } = sideBySide(named(few, madeResults(), few));
    assert.deepEqual([...new Set(measures.map(({ slice }) => slice))], ["T", "S"]);
    const raie = measures.find(({ label, measure }) => label === "RAIE" && measure === "MRR");
    assert.deepEqual(raie?.figures.map((figure) => figure !== undefined), [false, true, false]);
    assert.deepEqual(raie?.differences, [undefined, undefined]);
  });
});

describe("the comparison as Markdown", () => {
  it("says of equal results that nothing differs", () => {
    const text = markdown(madeResults(), madeResults());
    for (
      const part of [
        "## RAIE on MovieLens 100K\n",
        "- **A**: `reports/0`\n- **B**: `reports/1`",
        "No measure on S or T differs.",
        "The specs are the same.",
        "The data are the same.",
        "Engine, versions, device and threads are the same.",
        "| lora | Recall@10 | 0.0753 | 0.0753 | = |",
      ]
    ) assert.ok(text.includes(part), `${part}\nis not in\n${text}`);
  });

  it("puts differences of specs first, then of data and engine, then the measures", () => {
    const a = madeResults();
    const other = raised(.0247);
    const b: Results = {
      ...other,
      spec: { ...other.spec, minRating: 3 },
      data: { ...other.data, users: 900, files: [{ ...other.data.files[0]!, sha256: "1".repeat(64) }] },
      provenance: { ...other.provenance, engine: { ...other.provenance.engine, rung: "wasm" } },
    };
    const text = markdown(a, b);
    const places = [
      "lora on T in Recall@20, B: ",
      "| `minRating` | `4` | `3` |",
      "| `files[u.data].sha256` | `000000000000…` | `111111111111…` |",
      "| `users` | `943` | `900` |",
      "Figures of other data are not of the same windows",
      "| `engine.rung` | `tensorflow` | `wasm` |",
      "| lora | Recall@10 | 0.0753 | 0.1000 | +0.0247 (2.6) |",
    ].map((part) => text.indexOf(part));
    assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)), `${places}\n${text}`);
  });

  it("holds several to the first, a column each", () => {
    const text = markdown(madeResults(), raised(.0247), raised(-.0253));
    assert.match(text, /\| Method \| Measure \| A \| B \| C \| B less A \| C less A \|/);
    assert.match(
      text,
      /\| lora \| Recall@10 \| 0\.0753 \| 0\.1000 \| 0\.0500 \| \+0\.0247 \(2\.6\) \| −0\.0253 \(−3\.2\) \|/,
    );
  });

  it("names methods that are missing, and why one was not finished", () => {
    const failures = [{ method: "raie", label: "RAIE", seed: 1, reason: "the loss is NaN" }];
    const text = markdown(madeResults(), { ...madeResults({ methods: METHODS.slice(0, 2) }), failures });
    assert.match(text, /`\[RAIE\]` \| `raie` \| –/);
    assert.match(text, /- \*\*B\*\*: RAIE, seed 1, was not finished: the loss is NaN/);
    assert.match(text, /\| RAIE \| MRR \| 0\.\d{4} \| – \| – \|/);
    assert.match(text, /Some methods or measures are not in all of them/);
  });

  it("takes no name for Markdown, and is the same text every time", () => {
    const hostile = { ...METHODS[1]!, label: "a|b <img src=x> [x](y)" };
    const results = madeResults({ methods: [METHODS[0]!, hostile] });
    const text = markdown(results, madeResults());
    assert.ok(text.includes("| a\\|b \\<img src=x\\> \\[x\\](y) | MRR |"), text);
    assert.equal(markdown(results, madeResults()), text);
    assert.match(text, /\.\n$/);
  });
});
