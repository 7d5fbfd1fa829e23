import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { methodDifference } from "../../src/reporting/difference.ts";
import { methodSummaries } from "../../src/reporting/summary.ts";
import { verdict } from "../../src/reporting/verdict.ts";
import { type MadeExperiment, type MadeMethod, madeResults } from "./results_fixture.ts";

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
  it("names a winner on T only when its gain is beyond noise", () => {
    // Two binomial standard errors of .12 against .09 over 1820 windows: 2 sqrt(.12 .88 / 1820 + .09 .91 / 1820) = .0203.
    assert.match(
      says([base(), lora(.14, .12), raie(.14, .11)]),
      /^\*\*lora\*\* adapts best to what comes next: Recall@10 0\.1200 on T against 0\.0900 for base, the backbone as it was \(\+0\.0300, beyond noise of 0\.0203\)\. RAIE \(0\.1100\) is within noise of it\./,
    );
  });

  it("says so when the best gain is within noise", () => {
    assert.match(
      says([base(), lora(.14, .08), raie(.14, .095)]),
      /^No method adapts to what comes next beyond noise; \*\*RAIE\*\* comes nearest: Recall@10 0\.0950/,
    );
  });

  it("names who is better beyond noise where the highest mean is not", () => {
    // Over three seeds lora gains .02 each time; RAIE gains 0, .09 and .06: a mean of .05, a standard deviation of .0458, and so an
    // interval of .0458 / sqrt(3) times t(.975, 2) = 4.303: .1138.
    const results = madeResults({ methods: [base(), lora(.14, .11), raie(.14, .14)], seeds: [1, 2, 3], spread: 0 });
    const gains: Record<string, readonly number[]> = { base: [0, 0, 0], lora: [.02, .02, .02], RAIE: [0, .09, .06] };
    const runs = results.runs.map((run) => ({
      ...run,
      measures: { ...run.measures, T: { "Recall@10": .09 + gains[run.label]![run.seed - 1]! } },
    }));
    assert.match(
      verdict({ ...results, runs }),
      /^\*\*RAIE\*\* reaches most on what comes next, but not beyond noise: Recall@10 0\.1400 on T against 0\.0900 for base, the backbone as it was \(\+0\.0500, within noise of 0\.1138\)\. Better than the backbone beyond noise: lora \(\+0\.0200\)\. lora \(0\.1100\) is within noise of it\./,
    );
  });

  it("says so when nothing improves on the backbone", () => {
    assert.match(
      says([base(), lora(.14, .08), raie(.14, .085)]),
      /^On T no method improves on the backbone as it was; the best of them, \*\*RAIE\*\*, reaches/,
    );
    assert.match(
      says([base(), lora(.14, .09)]),
      /^On T no method improves on the backbone as it was; \*\*lora\*\* reaches .*\(0\.0000, within noise/,
    );
  });

  it("tells a lead beyond noise from one within, and names everyone within", () => {
    assert.match(
      says([base(), lora(.14, .2), raie(.14, .11)]),
      /The next, RAIE \(0\.1100\), is behind it beyond noise\./,
    );
    assert.match(
      says([base(), lora(.14, .13), raie(.14, .125), lwf(.14, .12)]),
      /RAIE \(0\.1250\) and lwf \(0\.1200\) are within noise of it\./,
    );
  });

  it("names methods that fall below the backbone beyond noise, on T and on S", () => {
    const text = says([base(), lora(.1, .05), raie(.15, .1)]);
    assert.match(text, /Worse than the backbone beyond noise on T: lora \(−0\.0400\)\./);
    assert.match(text, /Forgetting beyond noise: lora \(−0\.0400\)\./);
    assert.match(text, /\*\*RAIE\*\* keeps most: Recall@10 0\.1500 on S against 0\.1400 for base/);
  });

  it("says that nobody forgets beyond noise, and which windows retention is measured on", () => {
    assert.match(says([base(), lora(.139, .1)]), /No method forgets beyond noise\./);
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
      /\*\*RAIE\*\*, which this experiment is about, reaches 0\.1100 on T: −0\.0900 to lora, beyond noise\./,
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
    const text = says([base(), lora(.14, .12), ...others, raie(.14, .115, 214)]);
    assert.match(
      text,
      /All 5 others are within noise of it: lwf 1 \(0\.1190\), lwf 2 \(0\.1180\), lwf 3 \(0\.1170\) and 2 more\./,
    );
    assert.match(text, /Of the 6 methods, 6 improve on the backbone beyond noise\./);
    assert.match(
      text,
      /\*\*RAIE\*\*, which this experiment is about, reaches 0\.1150 on T: −0\.0050 to lora, within noise\./,
    );
    assert.match(
      text,
      /Forgetting beyond noise: lwf 1 \(−0\.0500\), lwf 2 \(−0\.0490\), lwf 3 \(−0\.0480\) and lwf 4 \(−0\.0470\)\./,
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

  it("says what noise is: binomial for one seed, an interval over several", () => {
    assert.match(
      says([base(), lora(.14, .1)]),
      /Noise is two binomial standard errors of a difference over 4\u202f775 windows of S or 1\u202f820 of T: there is one seed/,
    );
    assert.match(
      says([base(), lora(.14, .1)], { seeds: [1, 2, 3] }),
      /Noise is the 95 % interval of a difference over 3 seeds, seed by seed \(Student's t\)/,
    );
    assert.match(
      says([base(), lora(.14, .1), raie(.1, .1), lwf(.1, .1)]),
      /nothing is corrected for comparing several methods/,
    );
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
  const seeded = (values: readonly (readonly [number, number])[]) => {
    const results = madeResults({ methods: [base(), lora(.1, .1)], seeds: values.map((_, i) => i + 1) });
    const runs = results.runs.map((run) => {
      const pair = values[run.seed - 1]!;
      return { ...run, measures: { ...run.measures, T: { "Recall@10": pair[run.method === "base" ? 0 : 1] } } };
    });
    const [first, second] = methodSummaries({ ...results, runs });
    return methodDifference({ ...results, runs }, second!, first!, "T", "Recall@10")!;
  };

  it("is paired by seed: mean and Student's interval of the differences", () => {
    // Differences .01, .02, .03: mean .02, standard deviation .01, standard error .0057735, times t(.975, 2) = 4.303: .024843.
    const { value, noise, beyondNoise } = seeded([[.1, .11], [.2, .22], [.3, .33]]);
    assert.ok(Math.abs(value - .02) < 1e-12);
    assert.ok(Math.abs(noise - .024843) < 1e-6);
    assert.equal(beyondNoise, false);
  });

  it("takes a steady difference for real, and none for none", () => {
    assert.equal(seeded([[.1, .12], [.2, .22], [.3, .32]]).beyondNoise, true);
    assert.equal(seeded([[.1, .1], [.2, .2]]).beyondNoise, false);
  });
});
