/** What the report says of learning one slice after another. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { continualTable } from "../../src/reporting/sections/continual.ts";
import { renderReport } from "../../src/reporting/report.ts";
import { madeResults } from "./results_fixture.ts";

describe("the tables of continual learning", () => {
  const results = madeResults({ slices: ["S", "F1", "F2", "T"], seeds: [1, 2] });
  const runs = results.runs.map((run) => ({
    ...run,
    continual: {
      average: run.seed === 1 ? .4 : .42,
      forgetting: run.seed === 1 ? .05 : .07,
      backwardTransfer: -.06,
      forwardTransfer: .0533,
    },
    // What is shown is the mean of .30 and .32, .31 and .33, and so on.
    matrix: ["S", "F1", "F2"].map((stage, i) => ({
      stage,
      measures: Object.fromEntries(
        ["S", "F1", "F2", "T"].map((slice, j) => [slice, .3 + .1 * i + .01 * j + .02 * (run.seed - 1)]),
      ),
    })),
  }));
  const text = continualTable({ ...results, runs }).join("\n\n");

  it("have average, forgetting and both transfers of each method, with standard errors over seeds", () => {
    assert.match(
      text,
      /^\| Method \| Average<br>S and F \| Forgetting \| Backward<br>transfer \| Forward<br>transfer \|$/m,
    );
    // .05 and .07: standard deviation .0141, over the root of two .01.
    assert.match(
      text,
      /^\| lora \| 0\.4100 ± 0\.0100 \| \+0\.0600 ± 0\.0100 \| −0\.0600 ± 0\.0000 \| \+0\.0533 ± 0\.0000 \|$/m,
    );
    assert.match(text, /^In Recall@10\. Average: the mean on S and F after the last adaptation\./m);
  });

  it("have the matrix over stages and slices where there are several F slices, the backbone's row once", () => {
    assert.match(text, /^\| Method \| S \| F1 \| F2 \| T \|$/m);
    assert.match(text, /^\| the backbone \| 0\.3100 \| 0\.3200 \| 0\.3300 \| 0\.3400 \|$/m);
    assert.match(text, /^\| RAIE after F1 \| 0\.4100 \| 0\.4200 \| 0\.4300 \| 0\.4400 \|$/m);
    assert.match(text, /^\| RAIE after F2 \| 0\.5100 \|/m);
    assert.equal(text.match(/ after F\d \|/g)?.length, 4);
  });

  it("have no matrix of a single F slice, whose methods table holds all of it", () => {
    const single = continualTable(madeResults()).join("\n\n");
    assert.match(single, /Forgetting: the backbone on S less the last stage/);
    assert.doesNotMatch(single, /details/);
  });

  it("leave forgetting open in results of versions without it", () => {
    assert.match(
      renderReport(madeResults(), { describe: [] }),
      /^\| lora \| 0\.1545 \| – \| \+0\.0157 \| \+0\.0100 \|$/m,
    );
  });
});
