/** What a report's first paragraph says of regions, case by case. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { controlWords } from "../../src/reporting/verdict_control.ts";
import { verdict } from "../../src/reporting/verdict.ts";
import type { Results } from "../../src/reporting/types.ts";
import { type MadeExperiment, type MadeMethod, madeResults, withoutEvidence } from "./results_fixture.ts";

const base: MadeMethod = { kind: "base", measures: { S: .14, T: .09 }, steps: 0 };
const raie = (S: number, T: number): MadeMethod => ({ kind: "raie", label: "RAIE", measures: { S, T }, regions: 3 });
const control = (S: number, T: number): MadeMethod => (
  { kind: "raie", label: "RAIE K=1", control: "RAIE", measures: { S, T }, regions: 1 }
);
const made = (own: [number, number], other: [number, number], more: MadeExperiment = {}) =>
  madeResults({ methods: [base, raie(...own), control(...other)], ...more });
/** Significant on these slices and on no other. */
const on = (...slices: string[]): MadeExperiment => ({ p: (_, __, slice) => slices.includes(slice) ? .01 : .6 });
const said = (results: Results) => controlWords(results).join(" ");

describe("controlWords()", () => {
  it("says on which slices regions pay or cost, by the tests alone", () => {
    assert.match(said(made([.15, .12], [.14, .10], on("S", "T"))), /^Regions pay on T and S: /);
    assert.match(said(made([.15, .12], [.14, .10], on("T"))), /^Regions pay on T: /);
    assert.match(said(made([.13, .12], [.14, .10], on("S", "T"))), /^Regions pay on T and cost on S: /);
    assert.match(said(made([.15, .09], [.14, .10], on("T"))), /^Regions cost on T: /);
    assert.match(said(made([.15, .12], [.14, .10], on())), /^Regions bring nothing that can be told from chance: /);
  });

  it("gives both differences, raie less control, with interval and p, and says what is alike", () => {
    // An adapter of the fixture has 67 840 numbers, and one more region comes with F.
    // Half widths of the fixture: 2 sqrt(.12 .88 / 1820 + .1 .9 / 1820) = .0207 on T, 2 sqrt(.15 .85 / 4775 + .14 .86 / 4775) = .0144 on S.
    assert.equal(
      said(made([.15, .12], [.14, .10], on("T"))),
      "Regions pay on T: **RAIE** less RAIE K=1, its control with one region, as many optimiser steps, about as large a share of rows from S and " +
        "135\u202f680 trained numbers where it has 271\u202f360, is " +
        "on T +0.0200, 95\u202f% interval −0.0007 to +0.0407, significant, p = 0.0100; " +
        "on S +0.0100, 95\u202f% interval −0.0044 to +0.0244, not significant, p = 0.60.",
    );
  });

  it("says so where nothing is tested, where the control was not finished, and where a raie has none", () => {
    const untested = withoutEvidence({ methods: [base, raie(.15, .12), control(.14, .10)] });
    assert.match(said(untested), /^What regions bring is not tested here: .* on T \+0\.0200; on S \+0\.0100\.$/);
    const lost = made([.15, .12], [.14, .10]);
    assert.equal(
      said({ ...lost, runs: lost.runs.filter(({ label }) => label !== "RAIE K=1") }),
      "What regions bring is not known: RAIE K=1, the control of RAIE, was not finished.",
    );
    assert.match(
      said(madeResults({ methods: [base, raie(.15, .12)] })),
      /^No control with one region stands beside RAIE, so that regions are not told apart from steps and replay\.$/,
    );
    assert.equal(said(madeResults({ methods: [base] })), "");
  });
});

describe("verdict()", () => {
  it("never calls a control the best method: it is there to be compared with", () => {
    const words = verdict(made([.15, .12], [.16, .14]));
    assert.match(words, /^\*\*RAIE\*\* (adapts|reaches)/);
    assert.match(words, /Of what was known, \*\*RAIE\*\* keeps/);
    assert.match(words, /Higher still is the control RAIE K=1: 0\.1400 on T and 0\.1600 on S\.\n/);
    assert.match(words, /RAIE K=1, its control with one region/);
    assert.doesNotMatch(verdict(made([.15, .12], [.14, .10])), /Higher still/);
  });
});
