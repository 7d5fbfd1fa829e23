import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { renderReport } from "../../src/reporting/report.ts";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import type { Comparison, Results } from "../../src/reporting/types.ts";
import { describe as describeSpec } from "../../src/spec/describe.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { FIFTEEN, TWELVE } from "./many_methods.ts";
import { type MadeMethod, madeResults, METHODS } from "./results_fixture.ts";

const report = (results: Results, words: readonly string[] = []) => renderReport(results, { describe: words });

/** The blocks between a heading and the next one. */
const section = (text: string, heading: string) => text.split(`## ${heading}\n\n`)[1]?.split("\n\n## ")[0] ?? "";

describe("warnings", () => {
  const ebpr = (mine: "finetune" | "evaluated"): MadeMethod => ({
    kind: "ebpr",
    measures: { S: .3, F1: .3, T: .3 },
    own: { steps: 20, learningRate: 3e-4, batch: 64, negatives: 1, mine },
  });

  it("say, before anything else, that a method saw the rows it is evaluated on, and no figure of it is bold", () => {
    const text = report(madeResults({ methods: [...METHODS, ebpr("evaluated")] }));
    assert.match(text.split("\n\n")[1] ?? "", /^\*\*Warning:\*\* ebpr took its pairs from the rows it is evaluated on/);
    assert.match(text, /^\| ebpr \| 0\.3000<br>\S+ \S+ \| 0\.3000<br>\S+ \S+ \| 0\.3000<br>/m);
    assert.match(text, /^\| RAIE \| 0\.1512<br>\S+ \S+ \| 0\.1402<br>\S+ \S+ \| \*\*0\.0912\*\*<br>/m);
    assert.match(text, /^\| ebpr \| \+0\.1488<br>/m);
    const fair = report(madeResults({ methods: [...METHODS, ebpr("finetune")] }));
    assert.doesNotMatch(fair, /Warning/);
    assert.match(fair, /^\| ebpr \| \*\*0\.3000\*\*<br>/m);
    assert.match(fair, /^\| ebpr \| \*\*\+0\.1488\*\*<br>/m);
  });

  it("say that mole equals base, with which seeds, or that it differs", () => {
    const mole: MadeMethod = { kind: "mole", measures: METHODS[0]!.measures };
    const made = madeResults({ methods: [...METHODS, mole], seeds: [1, 2], spread: .01 });
    // Seed 1 has no noise in it: mole has the base's measures there and others with seed 2.
    assert.match(
      report(made),
      /^\*\*Warning:\*\* mole equals base to the last digit with seed 1: its experts did not train\.$/m,
    );
    assert.match(
      report(madeResults({ methods: [...METHODS, mole] })),
      /^\*\*Warning:\*\* mole equals base to the last digit: its experts did not train\.$/m,
    );
    const trained = report(madeResults({ methods: [...METHODS, { ...mole, measures: { S: .14, F1: .09, T: .088 } }] }));
    assert.doesNotMatch(trained, /Warning/);
    assert.match(
      trained,
      /stay as they are\. mole differs from base with every seed: its experts did train\. In the authors' code/m,
    );
  });

  it("say the same of any other method, without a guess at the cause", () => {
    const lwf: MadeMethod = { kind: "lwf", measures: METHODS[0]!.measures };
    assert.match(
      report(madeResults({ methods: [METHODS[0]!, lwf] })),
      /^\*\*Warning:\*\* lwf equals base to the last digit: what it trained changed no measure\.$/m,
    );
  });
});

describe("the table of costs", () => {
  it("tells steps, rows, trained numbers and seconds, as means over seeds", () => {
    const made = madeResults({ seeds: [1, 2] });
    const runs = made.runs.map((run) => ({
      ...run,
      cost: { ...run.cost, steps: run.cost.steps + run.seed, seconds: 10 * run.seed },
    }));
    // Steps 215 and 216, seconds 10 and 20.
    assert.match(
      report({ ...made, runs }),
      /^\| RAIE \| 216 \| 8\u202f187 \| 19\u202f080 \| 271\u202f360 \| 15\.0 \|$/m,
    );
  });

  it("names the budget, and with a matched one its yardstick", () => {
    const made = madeResults();
    assert.match(
      report(made),
      /^Budget `paper`: every method trains as its own settings say, so that costs differ\.$/m,
    );
    assert.match(
      report({ ...made, spec: { ...made.spec, budget: "matched" } }),
      /^Budget `matched`: RAIE is the yardstick: on each F slice every other method that trains takes as many optimiser steps/m,
    );
  });
});

describe("a backbone whose weights were read from a file", () => {
  const weights = { name: "sasrec.safetensors", bytes: 2_330_000, sha256: "c".repeat(64) };
  const results = madeResults({ change: { backbone: { parameters: 583_424, weights, loss: [] } } });

  it("has its file in the report, and neither a loss nor a training", () => {
    assert.deepEqual(resultsProblems(results), []);
    const text = report(results);
    assert.match(
      text,
      /^\| Weights of the backbone \| `sasrec\.safetensors`, 2\u202f330\u202f000 bytes, SHA-256 `c{64}` \|$/m,
    );
    assert.match(text, /is not trained here: its weights were read from a file\./);
    assert.doesNotMatch(text, /loss_backbone|Loss of the backbone|is trained once/);
    assert.match(section(text, "Did training settle?"), /^The backbone's weights were read from a file/);
  });
});

describe("what failed", () => {
  const failure = { method: "lwf", label: "lwf", seed: 2 };
  const failures = [
    {
      ...failure,
      reason: "Cannot train lwf F1: the loss of step 7 is NaN.",
      training: "lwf F1",
      step: 7,
      loss: "NaN",
      batch: "artifacts/failed/1.safetensors",
    },
    { ...failure, seed: 3, reason: "Cannot read rows: there are | none." },
  ];
  const results = madeResults({ change: { failures } });

  it("is told right below the verdict, with the reason and the batch of a training that diverged", () => {
    assert.deepEqual(resultsProblems(results), []);
    const text = report(results);
    assert.match(text.split("\n\n")[1] ?? "", /Not finished: lwf\.$/);
    assert.equal(text.split("\n\n")[3], "## What failed?");
    const rows = section(text, "What failed?").split("\n").filter((line) => line.startsWith("| lwf"));
    assert.deepEqual(rows, [
      "| lwf | 2 | Cannot train lwf F1: the loss of step 7 is NaN. | `artifacts/failed/1.safetensors` |",
      "| lwf | 3 | Cannot read rows: there are \\| none. |  |",
    ]);
  });
});

describe("published figures", () => {
  const made = madeResults({ methods: TWELVE });
  const one: Comparison = {
    label: "base",
    slice: "T",
    measure: "Recall@10",
    ours: .0881,
    seeds: 3,
    theirs: .0879,
    z: .03,
    source: "the authors",
  };
  const all = TWELVE.flatMap(({ kind, label = kind }) =>
    ["S", "T"].flatMap((slice) => ["Recall@10", "NDCG@10"].map((measure) => ({ ...one, label, slice, measure })))
  );
  const told = (comparisons: readonly Comparison[], published: Results["spec"]["report"]["published"] = []) =>
    section(
      report({ ...made, comparisons, spec: { ...made.spec, report: { ...made.spec.report, published } } }),
      "How does it compare with published figures?",
    );

  it("have a row a method for each slice, with four columns a measure", () => {
    const text = told(all);
    assert.match(
      text,
      /^All 48 figures lie within 3 standard errors of the published one\..* ours are means over 3 seeds\./,
    );
    assert.match(
      text,
      /^\| On S \| Recall@10 \| published \| difference \| z \| NDCG@10 \| published \| difference \| z \|$/m,
    );
    assert.equal(
      text.match(/^\| lwf \| 0\.0881 \| 0\.0879 \| \+0\.0002 \| 0\.0 \| 0\.0881 \| 0\.0879 \| \+0\.0002 \| 0\.0 \|$/gm)
        ?.length,
      2,
    );
    assert.equal(text.match(/^Published: /gm)?.length, 1);
    assert.doesNotMatch(text, /why:/);
    assert.doesNotMatch(report(madeResults()), /published/);
  });

  it("that are far off are bold and explained by the spec, or said to have no reason", () => {
    const far = [{ ...one, z: -3.41 }, { ...one, slice: "S", z: 5 }, { ...one, measure: "NDCG@10", z: 4 }, {
      ...one,
      label: "lwf",
    }];
    const figure = { source: "the authors", label: "base", measure: "Recall@10", value: .0879, windows: 9 };
    const explanation = "Their test path | holds S.";
    const text = told(far, [{ ...figure, slice: "T", explanation }, { ...figure, slice: "S", explanation }, {
      ...figure,
      label: "lwf",
      slice: "T",
      explanation: "Not shown.",
    }]);
    assert.match(text, /^3 of 4 figures lie more than 3 standard errors from the published one\./);
    assert.match(
      text,
      /^\| base \| 0\.0881 \| 0\.0879 \| \+0\.0002 \| \*\*−3\.4\*\* \| 0\.0881 \| 0\.0879 \| \+0\.0002 \| \*\*\+4\.0\*\* \|$/m,
    );
    assert.deepEqual(text.split("\n\n").slice(-1)[0]!.split("\n"), [
      "- base on T in Recall@10 (−3.4) and base on S in Recall@10 (+5.0): Their test path \\| holds S.",
      "- base on T in NDCG@10 (+4.0): no reason is given.",
    ]);
  });

  it("of methods that were not finished are counted", () => {
    const figure = { source: "the authors", label: "base", slice: "T", measure: "Recall@10", value: .0879, windows: 9 };
    assert.match(
      told([one], [figure, { ...figure, label: "lost" }]),
      /^Not compared: lost was not finished \(1 published figure\)\.$/m,
    );
    assert.doesNotMatch(told([one], [figure]), /not finished/);
  });

  it("of several sources stand apart, and numbers of seeds stand beside figures where they differ", () => {
    const text = told([one, { ...one, source: "the paper", theirs: .09, seeds: 1 }]);
    assert.match(text, /^Published: the authors\.\n\n\| On T [^]*^\| base \| 0\.0881 \(3 seeds\) \| 0\.0879 /m);
    assert.match(text, /^Published: the paper\.\n\n\| On T [^]*^\| base \| 0\.0881 \(1 seed\) \| 0\.0900 /m);
  });
});

describe("what was asked", () => {
  it("says once what methods have in common with lora", () => {
    const words = [
      "lora: rank 8, 3 epochs.",
      "RAIE: regions; an adapter (rank 8, 3 epochs), then others.",
      "Seeds: 1.",
    ];
    assert.match(
      section(report(madeResults(), words), "What was asked?"),
      /^- lora: rank 8, 3 epochs\.\n- RAIE: regions; an adapter \(adapters as lora's\), then others\.\n- Seeds: 1\.$/m,
    );
  });
});

describe("variants of one kind", () => {
  const made = madeResults({ methods: FIFTEEN, seeds: [1, 2] });

  it("are described by what differs from the first of them", () => {
    const methods = made.spec.methods.map((method) =>
      method.label === "RAIE without Add" ? { ...method, regions: { ...method.regions, add: false } } : method
    );
    const text = report({ ...made, spec: { ...made.spec, methods } }, ["RAIE: regions.", "RAIE without Add: regions."]);
    assert.match(text, /^- RAIE: regions\.\n- RAIE without Add: as RAIE, but regions\.add is false\.$/m);
  });

  it("share one map, and one line for what was found with all of them", () => {
    const text = report(made);
    assert.match(text, /Regions of RAIE, seed 1, .* show this method alone; what the 12 others with regions came to/);
    assert.match(text, /^- RAIE, RAIE without editing, RAIE without Update and 10 more: posterior gate: /m);
    assert.equal(text.match(/regions\.png/g)?.length, 1);
  });

  it("have their edits folded where they are many, one row a line", () => {
    const edits = section(report(made), "How were the regions edited?");
    assert.match(edits, /^<details>\n<summary>Edits of every method and seed<\/summary>\n\n\| Method /);
    assert.equal(edits.match(/^\| RAIE/gm)?.length, 26);
    assert.doesNotMatch(section(report(madeResults()), "How were the regions edited?"), /details/);
  });
});

describe("durations", () => {
  it("are folded where they are many", () => {
    const durations = Array.from({ length: 31 }, (_, i) => ({ stage: `stage ${i}`, seconds: 1 }));
    const of = (count: number) =>
      section(report(madeResults({ change: { durations: durations.slice(0, count) } })), "How long did it take?");
    assert.match(of(31), /<summary>Seconds of 31 stages<\/summary>[^]*\*\*31\.0\*\*/);
    assert.doesNotMatch(of(30), /details/);
  });

  it("names the settings in which a method's adapters are not lora's, told or not", () => {
    const text = JSON.stringify({
      name: "a",
      dataset: "b",
      backbone: { kind: "sasrec" },
      lora: { targets: ["q_proj"] },
      methods: [
        "lora",
        { kind: "lwf", lora: { alpha: 32, dropout: 0, training: { learningRate: 0.01 } } },
        { kind: "ewc", lora: { rank: 2, init: "gaussian" } },
        { kind: "ebpr" },
        "mole",
      ],
    });
    const spec = parseSpec(text, "a.json").resolved;
    const asked = section(report({ ...madeResults(), spec }, describeSpec(spec)), "What was asked?");
    const bullet = (label: string) => asked.split("\n").find((line) => line.startsWith(`- ${label}: `)) ?? "";
    assert.ok(
      bullet("lwf").startsWith(
        "- lwf: adapters as lora's, but with alpha 32, dropout 0 and training.learningRate 0.01, held to",
      ),
      bullet("lwf"),
    );
    assert.match(bullet("ewc"), /: rank 2 adapters on .*; unlike lora's adapters: rank 2 and init gaussian\.$/);
    assert.doesNotMatch(bullet("ebpr"), /lora/);
    assert.match(bullet("mole"), /: 3 experts, each with adapters as lora's, mixed by/);
  });
});
