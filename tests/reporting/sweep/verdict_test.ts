import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { sweepVerdict } from "../../../src/reporting/sweep/verdict.ts";
import type { MadeMethod } from "../results_fixture.ts";
import { type MadeSweep, madeSweep, QUIET, raie } from "./made_sweep.ts";

const verdict = (made: MadeSweep) => sweepVerdict(madeSweep(made));
const overK = (figures: readonly (readonly [k: number, S: number, T: number])[]) =>
  figures.map(([k, S, T]) => ({ settings: [k], methods: [...QUIET, raie(S, T)] }));

describe("the verdict on a sweep", () => {
  it("says where a figure is highest and lowest, and that overlapping intervals do not show a difference", () => {
    const text = verdict({ cells: overK([[1, .15, .085], [3, .152, .0912], [8, .151, .083]]) });
    assert.match(
      text,
      /^\*\*RAIE\*\*'s Recall@10 on T is highest, 0\.0912 at regions\.k = 3, and lowest, 0\.0830 at regions\.k = 8; the two intervals overlap, so that this does not show that the setting matters\./,
    );
    assert.match(text, /Recall@10 on S is highest, 0\.1520 at regions\.k = 3, and lowest, 0\.1500 at regions\.k = 1/);
  });

  it("says which way a figure goes with numbers, and when intervals do not overlap", () => {
    // Two standard errors of .085 over 100,000 windows are .0018, of .1 .0019.
    const text = verdict({ cells: overK([[1, .15, .085], [3, .149, .092], [8, .148, .1]]), windows: 100_000 });
    assert.match(
      text,
      /on T rises with regions\.k, from 0\.0850 at regions\.k = 1 to 0\.1000 at regions\.k = 8; the two intervals do not overlap\./,
    );
    assert.match(text, /on S falls with regions\.k, from 0\.1500 at regions\.k = 1 to 0\.1480 at regions\.k = 8;/);
  });

  it("names all values that share the highest figure, and a figure that never changes", () => {
    const text = verdict({ cells: overK([[1, .15, .09], [2, .15, .09], [3, .15, .08]]) });
    assert.match(text, /on T is highest, 0\.0900 at regions\.k = 1 and 2, and lowest, 0\.0800 at regions\.k = 3/);
    assert.match(text, /on S is 0\.1500 in every cell\./);
  });

  it("says whom the setting does not concern", () => {
    const text = verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]) });
    assert.match(text, /base and lora each have the same figures in every cell: regions\.k does not concern them\./);
    assert.match(
      verdict({ cells: overK([[1, .15, .085], [3, .15, .085]]) }),
      /^Over the 2 cells nothing that was measured changes with regions\.k\./,
    );
  });

  it("calls nothing different between cells, and says what the tests inside them are", () => {
    const text = verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]), seeds: [1, 2, 3] });
    assert.match(text, /Between cells nothing is tested/);
    assert.match(
      text,
      /paired test over users inside one cell, Holm-corrected over that cell's differences; over the 2 cells there is no further correction/,
    );
    assert.match(text, /Users are averaged over 3 seeds\./);
    assert.match(verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]) }), /There is one seed/);
    const untested = verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]), tested: false });
    assert.match(untested, /there are no intervals to tell that from noise/);
    assert.match(untested, /Nothing is called significant here/);
    assert.doesNotMatch(untested, /Against/);
  });

  it("tells of several swept settings by both, and by the one alone that a method changes with", () => {
    const lora = (T: number): MadeMethod => ({ kind: "lora", measures: { S: .15, F1: .15, T } });
    const cell = (k: number, rank: number, T: number) => ({
      settings: [k, rank],
      methods: [QUIET[0]!, lora(rank === 4 ? .075 : .07), raie(.15, T)],
    });
    const text = verdict({
      paths: ["regions.k", "lora.rank"],
      cells: [cell(1, 4, .08), cell(1, 8, .081), cell(3, 4, .09), cell(3, 8, .085)],
    });
    assert.match(text, /\*\*RAIE\*\*'s Recall@10 on T is highest, 0\.0900 at regions\.k = 3 with lora\.rank = 4,/);
    assert.match(
      text,
      /\*\*lora\*\*'s Recall@10 on T is highest, 0\.0750 at lora\.rank = 4, and lowest, 0\.0700 at lora\.rank = 8/,
    );
    assert.match(
      text,
      /The highest figure of all on T, 0\.0900, is that of RAIE at regions\.k = 3 with lora\.rank = 4\./,
    );
    assert.match(text, /base has the same figures in every cell: regions\.k and lora\.rank do not concern it/);
  });

  it("says what was not finished, and how far one cell goes", () => {
    const lost = { settings: [8], methods: [], failed: "regions.k is 8: too many" };
    const text = verdict({ cells: [...overK([[1, .15, .085], [3, .152, .09]]), lost] });
    assert.match(text, /Not finished: regions\.k = 8\./);
    assert.match(
      verdict({ cells: [...overK([[1, .15, .085]]), lost] }),
      /^One cell alone was finished, regions\.k = 1, so nothing can be said of what the setting changes\./,
    );
    assert.equal(verdict({ cells: [lost] }), "No cell was finished, so nothing can be said.");
  });

  it("says what the setting costs", () => {
    const text = verdict({
      cells: [{ settings: [1], methods: [...QUIET, raie(.15, .085, 1200)] }, {
        settings: [8],
        methods: [...QUIET, raie(.15, .09, 2400)],
      }],
    });
    assert.match(
      text,
      /RAIE takes from 1\u202f200 at regions\.k = 1 to 2\u202f400 at regions\.k = 8 optimiser steps, so that part of a difference between cells may be training alone/,
    );
    // .41 + 18.2 + 0 + 2.5 + 5 seconds in each cell; equal stages are one.
    assert.match(text, /Computing all 2 cells took 26\.1 s, what they share counted once \(52\.2 s if each/);
    assert.match(
      verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]) }),
      /Every method takes about as many optimiser steps in each cell\./,
    );
  });
});

describe("the verdict on controls", () => {
  const K1: MadeMethod = { kind: "raie", label: "RAIE K=1", measures: { S: .15, F1: .14, T: .085 }, regions: 1 };
  const drift = (value: number, T: number, S: number, pT: number, pS: number) => ({
    settings: [value],
    methods: [...QUIET, raie(S, T), K1],
    p: (label: string, _: string, slice: string) => label !== "RAIE K=1" ? .5 : slice === "T" ? pT : pS,
  });
  const drifting = (cells: MadeSweep["cells"]) =>
    verdict({ paths: ["dataset.drift"], cells, controls: { "RAIE K=1": "RAIE" } });

  it("says at which values the regions are significantly above or below their control, on T and on S, and at which not", () => {
    const text = drifting([
      drift(0, .08, .15, .01, .9),
      drift(.5, .086, .151, .3, .9),
      drift(1, .09, .152, .001, .9),
      drift(1.5, .095, .153, .001, .04),
    ]);
    assert.match(
      text,
      /^Against RAIE K=1, its control with one region and the same optimiser steps and share of S rows, \*\*RAIE\*\* is on T significantly above at dataset\.drift = 1 and 1\.5 \(\+0\.0050 to \+0\.0100\); significantly below at dataset\.drift = 0 \(−0\.0050\); not significantly different at dataset\.drift = 0\.5 \(\+0\.0010\)\. On S it is significantly above at dataset\.drift = 1\.5 \(\+0\.0030\); not significantly different at dataset\.drift = 0, 0\.5 and 1 \(0\.0000 to \+0\.0020\)\.$/m,
    );
  });

  it("says that it is so everywhere, or nowhere", () => {
    const text = drifting([drift(0, .09, .15, .01, .9), drift(1, .095, .15, .01, .9)]);
    assert.match(
      text,
      /is on T significantly above in all 2 cells \(\+0\.0050 to \+0\.0100\)\. On S it is in no cell significantly different/,
    );
  });

  it("names cells without a control, and takes the reference where there is none at all", () => {
    const one = { settings: [.7], methods: [...QUIET, raie(.15, .085)] };
    const text = drifting([drift(0, .09, .15, .01, .9), one]);
    assert.match(text, /There is no RAIE K=1 at dataset\.drift = 0\.7\./);
    const none = verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]), reference: "lora" });
    assert.match(none, /^Against lora, \*\*RAIE\*\* is on T /m);
    const own = verdict({ cells: overK([[1, .15, .085], [3, .152, .09]]) });
    assert.match(own, /^Against base, \*\*RAIE\*\* is on T in no cell significantly different/m);
  });

  it("takes every method that the setting concerns where nobody keeps regions", () => {
    const cell = (rank: number, T: number) => ({
      settings: [rank],
      methods: [QUIET[0]!, { kind: "lora", measures: { S: .15, F1: .1, T } }],
      p: () => .001,
    });
    const text = verdict({ paths: ["lora.rank"], cells: [cell(4, .08), cell(8, .09)], reference: "base" });
    assert.match(
      text,
      /^Against base, \*\*lora\*\* is on T significantly above at lora\.rank = 8 \(\+0\.0020\); significantly below at lora\.rank = 4 \(−0\.0080\)\./m,
    );
  });
});
