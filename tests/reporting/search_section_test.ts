/** How a report tells of a search, by made-up trials. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import { searchSection } from "../../src/reporting/sections/search.ts";
import type { Results } from "../../src/reporting/types.ts";
import { madeResults } from "./results_fixture.ts";

const made = madeResults();
const SEARCHED: Results = {
  ...made,
  spec: {
    ...made.spec,
    search: { kind: "random", trials: 3, seed: 7, validation: .4, space: { "lora.rank": [2, 4] } },
  },
  search: {
    seed: 1,
    measure: "Recall@10",
    windows: 512,
    users: 62,
    from: 888_000_000,
    to: 888_200_000,
    choices: [
      {
        trials: [{ settings: {}, score: .1, error: .01 }, {
          settings: { "backbone.training.epochs": 40 },
          score: .12,
          error: .011,
        }],
        chosen: 1,
      },
      {
        label: "lora|x",
        trials: [{ settings: {}, score: .13, error: .012 }, {
          settings: { "lora.rank": 2 },
          reason: "its loss is NaN",
        }],
        chosen: 0,
      },
    ],
  },
};
const text = (results: Results) => searchSection(results).join("\n\n");

describe("the section on a search", () => {
  it("has a row for the backbone and each method, with what was chosen beside the spec's own", () => {
    const words = text(SEARCHED);
    assert.match(
      words,
      /^\| _the backbone_ \| 2 \| backbone\.training\.epochs = 40 \| 0\.1200 ± 0\.0110 \| 0\.1000 ± 0\.0100 \| 0\.1000 to 0\.1200 \|$/m,
    );
    assert.match(
      words,
      /^\| lora\\\|x \| 2 \| as the spec says \| 0\.1300 ± 0\.0120 \| 0\.1300 ± 0\.0120 \| 0\.1300 to 0\.1300 \|$/m,
    );
  });

  it("says what stood in for T, and how a trial that failed did", () => {
    const words = text(SEARCHED);
    assert.match(words, /512 windows of 62 users from 1998-02-20 to 1998-02-23, before T begins/);
    assert.match(words, /combinations drawn at random \(seed 7\)/);
    assert.match(words, /^\| lora\.rank = 2 \| none: its loss is NaN \|$/m);
    assert.doesNotMatch(words, /had looked at T/);
  });

  it("says of the preset tuned that what it fixes was set by a probe that looked at T", () => {
    assert.match(text({ ...SEARCHED, spec: { ...SEARCHED.spec, preset: "tuned" } }), /a probe that had looked at T/);
  });

  it("is not there without a search, and its results fit the schema", () => {
    assert.deepEqual(searchSection(made), []);
    assert.deepEqual(resultsProblems(JSON.parse(JSON.stringify(SEARCHED))), []);
  });
});
