import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { grouped } from "../../src/reporting/numbers.ts";
import { renderReport } from "../../src/reporting/report.ts";
import type { Results, RunResult } from "../../src/reporting/types.ts";
import { type MadeMethod, madeResults, METHODS } from "./results_fixture.ts";

const report = (results: Results, words: readonly string[] = []) => renderReport(results, { describe: words });

/** The blocks between a heading and the next one. */
const section = (text: string, heading: string) => text.split(`## ${heading}\n\n`)[1]?.split("\n\n## ")[0] ?? "";

/** Results whose runs are changed, those of one label. */
const changed = (results: Results, label: string, change: (run: RunResult) => RunResult): Results => ({
  ...results,
  runs: results.runs.map((run) => run.label === label ? change(run) : run),
});

/** Results without the runs of some labels, which failed. */
function failed(results: Results, labels: readonly string[]): Results {
  const lost = results.runs.filter(({ label }) => labels.includes(label));
  return {
    ...results,
    runs: results.runs.filter((run) => !lost.includes(run)),
    failures: lost.map(({ method, label, seed }) => ({ method, label, seed, reason: "Cannot train." })),
  };
}

const variant = (label: string): MadeMethod => ({ ...METHODS[2]!, label, measures: { S: .15, F1: .14, T: .091 } });

describe("a method that was not finished", () => {
  it("is said not to be compared where the experiment is about it", () => {
    assert.match(
      report(failed(madeResults(), ["RAIE"])),
      /Not finished: RAIE\. Not compared: RAIE, which this experiment is about, was not finished\./,
    );
    assert.doesNotMatch(report(failed(madeResults(), ["lora"])), /Not compared/);
    // With one of two seeds it is compared.
    const made = madeResults({ seeds: [1, 2] });
    const failures = [{ method: "raie", label: "RAIE", seed: 2, reason: "Cannot train." }];
    const runs = made.runs.filter(({ label, seed }) => label !== "RAIE" || seed === 1);
    assert.doesNotMatch(report({ ...made, runs, failures }), /Not compared/);
  });

  it("keeps the section on published figures, even if it alone has some", () => {
    const figure = { source: "the authors", slice: "T", measure: "Recall@10", value: .0879, windows: 9 };
    const published = ["RAIE", "lora"].map((label) => ({ ...figure, label }));
    const lost = failed(madeResults(), ["RAIE", "lora"]);
    const text = report({ ...lost, spec: { ...lost.spec, report: { ...lost.spec.report, published } } });
    assert.equal(
      section(text, "How does it compare with published figures?"),
      "Not compared: RAIE and lora were not finished (2 published figures).",
    );
  });

  it("is counted rightly, alone or among several, with one seed or several", () => {
    const told = (results: Results) => section(report(results), "What failed?").split(" Where")[0];
    assert.equal(
      told(failed(madeResults(), ["RAIE"])),
      "1 run of a method could not be finished. Nothing of it is in the tables: they hold what was finished.",
    );
    assert.equal(
      told(failed(madeResults(), ["RAIE", "lora"])),
      "2 runs of 2 methods could not be finished. Nothing of them is in the tables: they hold what was finished.",
    );
    assert.match(told(failed(madeResults({ seeds: [1, 2] }), ["RAIE"])) ?? "", /^2 runs of a method .* of them is/);
  });

  it("is no pattern for others of its kind", () => {
    const made = madeResults({ methods: [...METHODS.slice(0, 2), variant("RAIE blows"), METHODS[2]!] });
    const methods = made.spec.methods.map((method) =>
      method.label === "RAIE blows" ? { ...method, regions: { ...method.regions, add: false } } : method
    );
    const spec = { ...made.spec, methods };
    const words = ["RAIE blows: regions, no Add.", "RAIE: regions."];
    assert.match(report({ ...made, spec }, words), /^- RAIE: as RAIE blows, but regions\.add is true\.$/m);
    assert.match(
      report(failed({ ...made, spec }, ["RAIE blows"]), words),
      /^- RAIE blows: as RAIE, but regions\.add is false\.\n- RAIE: regions\.$/m,
    );
  });
});

describe("methods that came to the same", () => {
  it("are named together, once, if every figure is the same with every seed", () => {
    const made = madeResults({
      methods: [METHODS[0]!, variant("RAIE"), variant("without Add"), variant("one adapter")],
    });
    const twin = { ...made, runs: made.runs.filter(({ label }) => label !== "one adapter") };
    assert.match(
      report(twin),
      / RAIE and without Add are equal to the last digit in every measure: what tells them apart changed nothing here\.$/m,
    );
    const other = changed(twin, "RAIE", (run) => ({ ...run, measures: { ...run.measures, T: { "Recall@10": .2 } } }));
    assert.doesNotMatch(report(other), /equal to the last digit/);
  });

  it("are left to the warning where they equal the base", () => {
    const same = (label: string): MadeMethod => ({ kind: "lwf", label, measures: METHODS[0]!.measures });
    const text = report(madeResults({ methods: [METHODS[0]!, same("a"), same("b")] }));
    assert.equal(text.match(/to the last digit/g)?.length, 2);
  });
});

describe("mole beside base", () => {
  const made = madeResults({ methods: [...METHODS, { kind: "mole", measures: { S: .14, F1: .09, T: .088 } }] });

  it("is said to have trained under the preset official alone, with the reason", () => {
    assert.match(
      report(made),
      /mole differs from base with every seed: its experts did train\. In the authors' code they do not, and it equals the base\./,
    );
    assert.doesNotMatch(report({ ...made, spec: { ...made.spec, preset: "paper" } }), /did train/);
  });

  it("is warned of under every preset where it equals the base", () => {
    const equal = madeResults({ methods: [...METHODS, { kind: "mole", measures: METHODS[0]!.measures }] });
    assert.match(report({ ...equal, spec: { ...equal.spec, preset: "paper" } }), /its experts did not train/);
  });
});

describe("a spec of one method", () => {
  it("gets its figures, and no word of the best, of another, or of noise", () => {
    const text = report(madeResults({ methods: METHODS.slice(2) }));
    assert.match(
      text.split("\n\n")[1] ?? "",
      /^\*\*RAIE\*\* reaches Recall@10 0\.0912 on T and 0\.1512 on S\. Nothing else is measured here, so that nothing is compared: add `base` to see/,
    );
    assert.doesNotMatch(text, /best|noise|keeps most|[Cc]osts differ/);
    assert.match(text, /^## What was reached\?$/m);
  });
});

describe("the loss of a training that diverged but stayed finite", () => {
  const made = madeResults({ seeds: [1, 2] });
  const note = /^- lora diverged, though its numbers stayed finite \(lora F1, seed 2: loss 1\.15 → 66\.0\)\.$/m;

  it("is noted with its first and last value, and a small rise is not", () => {
    const ends = (last: number) =>
      changed(made, "lora", (run) => ({
        ...run,
        loss: [{ name: "lora F1", steps: [1, 2], values: [1.15, run.seed === 2 ? last : 1] }],
      }));
    assert.match(section(report(ends(66.01)), "Did training settle?"), note);
    assert.doesNotMatch(report(ends(1.6)), /diverged/);
  });

  it("is noted of the backbone too", () => {
    const loss = [{ seed: 1, steps: [1, 2], values: [2, 2827.3] }];
    const results = { ...madeResults(), backbone: { parameters: 9, loss } };
    assert.match(
      report(results),
      /^- The backbone diverged, though its numbers stayed finite \(loss 2\.00 → 2\u202f827\)\.$/m,
    );
  });
});

describe("regions", () => {
  const withNotes = (note: string) =>
    changed(madeResults(), "RAIE", (run) => ({ ...run, regions: { ...run.regions!, notes: [note] } }));

  it("have long numbers in notes grouped as everywhere", () => {
    assert.match(report(withNotes("F1: 23075 sequences in the pool")), /F1: 23\u202f075 sequences in the pool/);
  });

  it("have their members explained by the stride they are built on and by Expand", () => {
    const made = madeResults();
    const stride = (of: number) => {
      const methods = made.spec.methods.map((method) => ({ ...method, regions: { ...method.regions, stride: of } }));
      return section(report({ ...made, spec: { ...made.spec, methods } }), "What drifted?");
    };
    const { stride: ranked } = made.spec.windows;
    assert.ok(
      stride(ranked + 1).includes(
        `that regions were built on (stride ${
          ranked + 1
        }; those that are ranked have stride ${ranked}), and those of F`,
      ),
    );
    assert.match(
      stride(ranked),
      /Members are the windows of S that regions were built on, .* Expand counts .* fractions/,
    );
  });

  it("that take far more or less of S than their share are named, with the reason", () => {
    const routed = (counts: readonly number[]) =>
      report(changed(madeResults(), "RAIE", (run) => ({
        ...run,
        regions: { ...run.regions!, routing: { ...run.regions!.routing, S: counts } },
      })));
    // Their shares are 43, 29, 23 and 5 %.
    assert.match(
      routed([40, 28, 7, 25]),
      /log π \+ κ cos has no normaliser, .* Here R3 takes 7\u202f% of S at a π of 23\u202f% and R4 takes 25\u202f% of S at a π of 5\u202f%\./,
    );
    assert.doesNotMatch(routed([43, 29, 23, 5]), /normaliser/);
  });
});

describe("grouped()", () => {
  it("leaves years, versions, dates, digests and words with digits alone", () => {
    for (const text of ["in 2019", "1.234567", "2019-123456", "x123456", "123456ab", "a/123456", "[123456]"]) {
      assert.equal(grouped(text), text);
    }
    assert.equal(grouped("12345 of 1234567."), "12\u202f345 of 1\u202f234\u202f567.");
  });
});
