import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { methodDifference } from "../../src/reporting/difference.ts";
import { methodSummaries } from "../../src/reporting/summary.ts";
import { verdict } from "../../src/reporting/verdict.ts";
import { type MadeExperiment, type MadeMethod, madeResults, withoutEvidence } from "./results_fixture.ts";

const base = (S = .14, T = .09): MadeMethod => ({ kind: "base", measures: { S, T }, steps: 0 });
const lora = (S: number, T: number): MadeMethod => ({ kind: "lora", measures: { S, T } });
const raie = (S: number, T: number, steps = 99): MadeMethod => ({
  kind: "raie",
  label: "RAIE",
  measures: { S, T },
  steps,
});
const lwf = (S: number, T: number): MadeMethod => ({ kind: "lwf", measures: { S, T } });
const says = (methods: readonly MadeMethod[], more: MadeExperiment = {}) => verdict(madeResults({ methods, ...more }));

describe("verdict()", () => {
  it("names a winner on T only when a test finds its gain significant", () => {
    // The fixture's intervals are as wide as two binomial errors of .12 against .09 over 1820 windows: 2 sqrt(.12 .88 / 1820 + .09 .91 / 1820).
    assert.match(
      says([base(), lora(.14, .12), raie(.14, .11)]),
      /^\*\*lora\*\* adapts best to what comes next: Recall@10 0\.1200 on T against 0\.0900 for base, the backbone as it was \(\+0\.0300, 95\u202f% interval \+0\.0097 to \+0\.0503, significant, p = 0\.0100\)\. RAIE \(0\.1100\) is not significantly behind it\./,
    );
  });

  it("takes the corrected p at its word, whatever the interval says", () => {
    const methods = [base(), lora(.14, .12)];
    const p = (value: number) => ({ p: () => value });
    assert.match(says(methods, p(.0499)), /^\*\*lora\*\* adapts to what comes next: .* significant, p = 0\.0499\)/);
    assert.match(
      says(methods, p(.05)),
      /^No method adapts significantly to what comes next; \*\*lora\*\* reaches .* not significant, p = 0\.0500\)/,
    );
  });

  it("says so when the best gain is not significant", () => {
    assert.match(
      says([base(), lora(.14, .08), raie(.14, .095)]),
      /^No method adapts significantly to what comes next; \*\*RAIE\*\* comes nearest: Recall@10 0\.0950/,
    );
  });

  it("names who is significantly better where the highest mean is not", () => {
    assert.match(
      says([base(), lora(.14, .11), raie(.14, .14)], {
        p: (label, to) => label === "lora" && to === "base" ? .02 : .2,
      }),
      /^\*\*RAIE\*\* reaches most on what comes next: Recall@10 0\.1400 on T against 0\.0900 for base, the backbone as it was \(\+0\.0500, .*, not significant, p = 0\.20\)\. Significantly better than the backbone: lora \(\+0\.0200\)\. lora \(0\.1100\) is not significantly behind it\./,
    );
  });

  it("says so when nothing improves on the backbone", () => {
    assert.match(
      says([base(), lora(.14, .08), raie(.14, .085)]),
      /^On T no method improves on the backbone as it was; the best of them, \*\*RAIE\*\*, reaches/,
    );
    assert.match(
      says([base(), lora(.14, .09)]),
      /^On T no method improves on the backbone as it was; \*\*lora\*\* reaches .*\(0\.0000, .*, not significant/,
    );
  });

  it("tells a significant lead from one that is not, and names everyone who might be ahead", () => {
    assert.match(
      says([base(), lora(.14, .2), raie(.14, .11)]),
      /The next, RAIE \(0\.1100\), is significantly behind it\./,
    );
    assert.match(
      says([base(), raie(.14, .13), lora(.14, .125), lwf(.14, .12)]),
      /lora \(0\.1250\) and lwf \(0\.1200\) are not significantly behind it\./,
    );
  });

  it("holds the best to the others, whichever method the spec compares with", () => {
    assert.match(
      says([base(), lora(.14, .2), lwf(.14, .19), raie(.14, .11)]),
      /lwf \(0\.1900\) is not significantly behind it\..* against lora −0\.0900, .*, significant/,
    );
    assert.match(
      says([base(), lora(.14, .2), lwf(.14, .15), raie(.14, .11)]),
      /The next, lwf \(0\.1500\), is significantly behind it\./,
    );
  });

  it("says that the next was not tested against the best where they have no seed in common", () => {
    const made = madeResults({ methods: [base(), lora(.14, .2), lwf(.14, .19)] });
    assert.match(
      verdict({ ...made, evidence: { ...made.evidence!, best: [] } }),
      /The next, lwf \(0\.1900\), was not tested against it\./,
    );
  });

  it("names methods that fall significantly below the backbone, on T and on S", () => {
    const text = says([base(), lora(.1, .05), raie(.15, .1)]);
    assert.match(text, /Significantly worse than the backbone on T: lora \(−0\.0400\)\./);
    assert.match(text, /Forgetting significantly: lora \(−0\.0400\)\./);
    assert.match(text, /\*\*RAIE\*\* keeps most: Recall@10 0\.1500 on S against 0\.1400 for base/);
  });

  it("says that nobody forgets significantly, and which windows retention is measured on", () => {
    assert.match(says([base(), lora(.139, .1)]), /No method forgets significantly\./);
    assert.match(says([base(), lora(.139, .1)]), /measured on windows the backbone was trained on\./);
    const { data } = madeResults();
    assert.match(
      says([base(), lora(.139, .1)], { change: { data: { ...data, retention: "held-out" } } }),
      /measured on windows held out of training\./,
    );
  });

  it("tells where the method of the experiment stands when another one wins", () => {
    assert.match(
      says([base(), lora(.14, .2), raie(.14, .11)]),
      /\*\*RAIE\*\*, which this experiment is about, reaches 0\.1100 on T, against lora −0\.0900, .*, significant, p = 0\.0100\./,
    );
    assert.doesNotMatch(says([base(), lora(.14, .11), raie(.14, .2)]), /which this experiment is about/);
  });

  it("warns when methods took unequal numbers of steps", () => {
    assert.match(
      says([base(), lora(.14, .1), raie(.14, .1, 214)]),
      /Costs differ: from 99 optimiser steps \(lora\) to 214 \(RAIE\), so that part of a difference may be training alone\./,
    );
    assert.doesNotMatch(says([base(), lora(.14, .1), raie(.14, .1, 100)]), /Costs differ/);
  });

  it("counts where there are many, and names three of them", () => {
    const others = [.119, .118, .117, .116].map((T, i): MadeMethod => ({
      kind: "lwf",
      label: `lwf ${i + 1}`,
      measures: { S: .09 + .001 * i, T },
    }));
    const text = says([base(), lora(.14, .115), ...others, raie(.14, .12, 214)]);
    assert.match(
      text,
      /All 5 others are not significantly behind it: lwf 1 \(0\.1190\), lwf 2 \(0\.1180\), lwf 3 \(0\.1170\) and 2 more\./,
    );
    assert.match(text, /Of the 6 methods, 6 improve significantly on the backbone\./);
    assert.match(
      text,
      /Forgetting significantly: lwf 1 \(−0\.0500\), lwf 2 \(−0\.0490\), lwf 3 \(−0\.0480\) and lwf 4 \(−0\.0470\)\./,
    );
  });

  it("spans what methods cost, from the least to the most, and tells that of the method of the experiment", () => {
    const full: MadeMethod = { kind: "full", measures: { S: .1, T: .1 }, steps: 642, parameters: 583_424 };
    assert.match(
      says([base(), lora(.14, .1), raie(.14, .1, 214), full]),
      /Costs differ: from 99 optimiser steps \(lora\) to 642 \(full\), 214 of RAIE, and from 67\u202f840 trained numbers \(lora\) to 583\u202f424 \(full\), so that/,
    );
  });

  it("says that a matched budget is kept, or is not", () => {
    const matched = (methods: readonly MadeMethod[]) => {
      const made = madeResults({ methods });
      return verdict({ ...made, spec: { ...made.spec, budget: "matched" } });
    };
    const even = matched([base(), lora(.14, .1), raie(.14, .1)]);
    assert.match(even, /The budget is matched: every method took about as many optimiser steps as RAIE\./);
    assert.doesNotMatch(even, /Costs differ/);
    assert.match(
      matched([base(), lora(.14, .1), raie(.14, .1, 214)]),
      /Costs differ although the budget is matched: from/,
    );
  });

  it("does not count a method that saw the rows it is evaluated on", () => {
    const ebpr = (mine: "finetune" | "evaluated"): MadeMethod => ({
      kind: "ebpr",
      measures: { S: .2, T: .2 },
      own: { steps: 20, learningRate: 3e-4, batch: 64, negatives: 1, mine },
    });
    assert.match(says([base(), lora(.14, .12), ebpr("finetune")]), /^\*\*ebpr\*\* adapts best/);
    assert.doesNotMatch(says([base(), lora(.14, .12), ebpr("evaluated")]), /ebpr/);
  });

  it("names what was not finished, and the seeds where others went through", () => {
    const failure = { method: "lwf", label: "lwf", seed: 2, reason: "Cannot train." };
    const failures = [failure, { ...failure, method: "ewc", label: "ewc" }];
    const made = madeResults({
      methods: [base(), lora(.14, .1), lwf(.14, .1)],
      seeds: [1, 2, 3],
      change: { failures },
    });
    const runs = made.runs.filter(({ label, seed }) => label !== "lwf" || seed !== 2);
    const text = verdict({ ...made, runs });
    assert.match(text, /Not finished: lwf \(seed 2\) and ewc\./);
  });

  it("says what significant is, over how many differences, and what the test leaves out", () => {
    assert.match(
      says([base(), lora(.14, .1), raie(.14, .1)]),
      /Significant is p below 0\.05 in a paired permutation test over users \(10\u202f000 draws of signs\), after Holm's correction over the 9 differences to RAIE and base on S, F1 and T, and of the best to the others over all pairs of adapting methods on a slice; there is one seed/,
    );
    assert.match(
      says([base(), lora(.14, .1)], { seeds: [1, 2, 3] }),
      /over the 3 differences to base on S, F1 and T; users are averaged over 3 seeds, whose spread the test leaves out\./,
    );
  });

  it("calls nothing significant or not in results of a version without tests, and says why", () => {
    const text = verdict(withoutEvidence({ methods: [base(), lora(.1, .2)] }));
    assert.match(
      text,
      /^\*\*lora\*\* reaches Recall@10 0\.2000 on T against 0\.0900 for base, the backbone as it was \(\+0\.1100\)\./,
    );
    assert.match(text, /Nothing is called significant or not here: these results are of a version without tests/);
    assert.doesNotMatch(text, /significantly|adapts best|forgets|interval/);
    assert.match(
      verdict(withoutEvidence({ methods: [base(), lora(.1, .08), raie(.1, .07)] })),
      /^On T no method improves on the backbone as it was; the best of them, \*\*lora\*\*, reaches/,
    );
  });

  it("calls nothing significant in the coverage of the catalogue", () => {
    const made = madeResults({ methods: [base(), lora(.1, .2)] });
    const spec = { ...made.spec, report: { ...made.spec.report, measure: "coverage@10" } };
    const text = verdict({ ...made, spec, evidence: { ...made.evidence!, measure: "coverage@10", differences: [] } });
    assert.match(text, /Nothing is called significant or not here: no user has a share in the coverage/);
  });

  it("claims nothing about adapting from the backbone alone, or about the backbone where it did not run", () => {
    assert.match(
      says([base()]),
      /^Only the backbone as it was is measured here, so nothing can be said about adapting/,
    );
    assert.doesNotMatch(says([lora(.14, .1), raie(.13, .11)]), /backbone as it was|forget/i);
  });

  it("escapes hostile labels", () => {
    assert.match(says([base(), { ...lora(.14, .2), label: "a|b <i>[x](y)" }]), /\*\*a\\\|b \\<i\\>\\\[x\\\]\(y\)\*\*/);
  });
});

describe("methodDifference()", () => {
  const results = madeResults({ methods: [base(), lora(.1, .12), lwf(.1, .1), raie(.1, .1)] });
  const [ofBase, ofLora, ofLwf] = methodSummaries(results);

  it("is the same either way round, but for the sign", () => {
    const there = methodDifference(results, ofLora!, ofBase!, "T")!;
    const back = methodDifference(results, ofBase!, ofLora!, "T")!;
    const [low, high] = there.test!.interval;
    assert.ok(Math.abs(there.value - .03) < 1e-12 && low < .03 && .03 < high);
    assert.deepEqual(back, { value: -there.value, test: { ...there.test!, interval: [-high, -low] } });
  });

  it("holds no test of two methods that were not tested against each other", () => {
    const { value, test } = methodDifference(
      { ...results, evidence: { ...results.evidence!, best: [] } },
      ofLora!,
      ofLwf!,
      "T",
    )!;
    assert.ok(Math.abs(value - .02) < 1e-12);
    assert.equal(test, undefined);
  });
});
